using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Manage;
using SyncFunctions.State;

namespace SyncFunctions.App.People;

/// <summary>Takes somebody out of the tenant, also oneself.</summary>
public sealed class RemoveUser(Finder finder, Membership membership)
{
    [Function(nameof(RemoveUser))]
    [Needs(Role.Administrator, Act.People)]
    [Answers(StatusCodes.Status204NoContent)]
    [Refuses("last-administrator")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "manage/v1/tenants/{tenant}/users/{user}")] HttpRequest request, string tenant, string user, CancellationToken cancellation)
    {
        var owner = await finder.TenantAsync(tenant, cancellation);
        await membership.ChangeAsync(request.Caller(), await membership.FindAsync(owner.Id, user, cancellation), _ => null, cancellation);
        return new NoContentResult();
    }
}
