using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

public sealed class ListFlows(Finder finder, FlowStore flows)
{
    [Function(nameof(ListFlows))]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "manage/v1/tenants/{tenant}/flows")] HttpRequest request, string tenant, CancellationToken cancellation)
    {
        var owner = await finder.TenantAsync(tenant, cancellation);
        return Json.Ok(new ListView<FlowView>([.. (await flows.ListAsync(owner.Id, cancellation)).Select(flow => FlowView.Of(flow.Value))]));
    }
}
