using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.People;

public sealed class ListUsers(Finder finder, MemberStore members)
{
    [Function(nameof(ListUsers))]
    [Needs(Role.Administrator, Act.People)]
    [Answers(typeof(ListView<UserView>))]
    [Asks("continuation", "limit")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/tenants/{tenant}/users")] HttpRequest request, string tenant, CancellationToken cancellation)
    {
        var owner = await finder.TenantAsync(tenant, cancellation);
        var found = await members.ListAsync(owner.Id, cancellation);
        var page = found.OrderBy(member => member.Name, StringComparer.OrdinalIgnoreCase).Page(member => member.Person.Value, request.Text("continuation"), request.Limit(Query.MaxLimit));
        return Json.Ok(new ListView<UserView>([.. page.Items.Select(UserView.Of)], page.Continuation));
    }
}
