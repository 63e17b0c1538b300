using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.People;

public sealed class ListGroups(Finder finder, MemberStore members)
{
    [Function(nameof(ListGroups))]
    [Needs(Role.Administrator, Act.People)]
    [Answers(typeof(ListView<GroupView>))]
    [Asks("continuation", "limit")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/tenants/{tenant}/groups")] HttpRequest request, string tenant, CancellationToken cancellation)
    {
        var owner = await finder.TenantAsync(tenant, cancellation);
        var groups = (await members.AccessAsync(owner.Id, cancellation)).Value.Groups;
        var page = groups.OrderBy(group => group.Name, StringComparer.OrdinalIgnoreCase).Page(group => group.Id, request.Text("continuation"), request.Limit(Query.MaxLimit));
        return Json.Ok(new ListView<GroupView>([.. page.Items.Select(GroupView.Of)], page.Continuation));
    }
}
