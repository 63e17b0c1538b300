using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.People;

/// <summary>Ends an API key, at once.</summary>
public sealed class RevokeKey(Finder finder, MemberStore members, AccessNotices notices)
{
    [Function(nameof(RevokeKey))]
    [Needs(Role.Administrator, Act.People)]
    [Answers(StatusCodes.Status204NoContent)]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "manage/v1/tenants/{tenant}/keys/{key}")] HttpRequest request, string tenant, string key, CancellationToken cancellation)
    {
        var owner = await finder.TenantAsync(tenant, cancellation);
        var found = (await members.GetKeyAsync(owner.Id, key, cancellation))?.Value ?? throw ProblemException.NotFound("key");
        Grants.Require(request.Caller(), found.Role, found.Groups);
        await members.RevokeKeyAsync(found, cancellation);
        await notices.RaiseAsync(owner.Id, null, $"The API key {found.Name} was revoked", request.Caller().Name);
        return new NoContentResult();
    }
}
