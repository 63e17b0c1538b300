using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.People;

public sealed class GetUser(Finder finder, Membership membership)
{
    [Function(nameof(GetUser))]
    [Needs(Role.Administrator, Act.People)]
    [Answers(typeof(UserView))]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/tenants/{tenant}/users/{user}")] HttpRequest request, string tenant, string user, CancellationToken cancellation)
    {
        var owner = await finder.TenantAsync(tenant, cancellation);
        return Json.Ok(UserView.Of(await membership.FindAsync(owner.Id, user, cancellation)));
    }
}
