using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

public sealed class ListFlows(Finder finder, FlowStore flows)
{
    [Function(nameof(ListFlows))]
    [Needs(Role.Viewer)]
    [Answers(typeof(ListView<FlowView>))]
    [Asks("continuation", "limit")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/tenants/{tenant}/flows")] HttpRequest request, string tenant, CancellationToken cancellation)
    {
        var caller = request.Caller();
        var owner = await finder.TenantAsync(tenant, cancellation);
        var page = (await flows.ListAsync(owner.Id, cancellation)).Where(flow => caller.MaySee(flow.Value.Key.Flow)).Page(flow => flow.Value.Key.Flow.Value, request.Text("continuation"), request.Limit(Query.MaxLimit));
        return Json.Ok(new ListView<FlowView>([.. page.Items.Select(flow => FlowView.Of(flow.Value))], page.Continuation));
    }
}
