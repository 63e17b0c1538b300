using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.People;

/// <summary>How the people and machines of a tenant may come in.</summary>
public sealed class GetAccess(Finder finder, MemberStore members, ClientAddress client)
{
    [Function(nameof(GetAccess))]
    [Needs(Role.Administrator, Act.People)]
    [Answers(typeof(AccessView), Tagged = true)]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/tenants/{tenant}/access")] HttpRequest request, string tenant, CancellationToken cancellation)
    {
        var owner = await finder.TenantAsync(tenant, cancellation);
        var access = (await members.AccessAsync(owner.Id, cancellation)).Value;
        return Json.Tagged(AccessView.Of(access, client.Of(request)?.ToString()), AccessView.Of(access, yourAddress: null));
    }
}
