using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using SyncFunctions.App.Problems;

namespace SyncFunctions.App.Manage;

/// <summary>Switches a flow off at once: what runs stops at its next page, and nothing is due any more.</summary>
public sealed class DisableFlow(FlowSwitch flowSwitch)
{
    [Function(nameof(DisableFlow))]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "manage/v1/tenants/{tenant}/flows/{flow}/disable")] HttpRequest request,
        string tenant,
        string flow,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        var changed = await flowSwitch.ChangeAsync(tenant, flow, found => found.Flow with { Enabled = false }, cancellation, client);
        return Json.Ok(FlowView.Of(changed));
    }
}
