using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <summary>The brakes of a flow: what many vanishing records of a kind have stopped, and what was archived or deleted within a day.</summary>
public sealed class ListBrakes(Finder finder, BrakeViews views)
{
    [Function(nameof(ListBrakes))]
    [Needs(Role.Viewer)]
    [Answers(typeof(ListView<BrakeView>))]
    [Asks("continuation", "limit")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/tenants/{tenant}/flows/{flow}/brakes")] HttpRequest request,
        string tenant,
        string flow,
        CancellationToken cancellation)
    {
        var found = await finder.FlowAsync(tenant, flow, cancellation);
        var page = (await views.AllAsync(found, cancellation)).Page(brake => brake.Kind, request.Text("continuation"), request.Limit(Query.MaxLimit));
        return Json.Ok(new ListView<BrakeView>(page.Items, page.Continuation));
    }
}
