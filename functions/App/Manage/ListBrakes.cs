using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Problems;

namespace SyncFunctions.App.Manage;

/// <summary>The brakes of a flow: what many vanishing records of a kind have stopped, and what was archived or deleted within a day.</summary>
public sealed class ListBrakes(Finder finder, BrakeViews views)
{
    [Function(nameof(ListBrakes))]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "manage/v1/tenants/{tenant}/flows/{flow}/brakes")] HttpRequest request,
        string tenant,
        string flow,
        CancellationToken cancellation)
    {
        var found = await finder.FlowAsync(tenant, flow, cancellation);
        return Json.Ok(new ListView<BrakeView>(await views.AllAsync(found, cancellation)));
    }
}
