using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <summary>Switches a flow on; runs that rested because it was off go on.</summary>
public sealed class EnableFlow(FlowSwitch flowSwitch)
{
    [Function(nameof(EnableFlow))]
    [Needs(Role.Administrator, Act.Settings)]
    [Answers(typeof(FlowView))]
    [Refuses("disconnected")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "manage/v1/tenants/{tenant}/flows/{flow}/enable")] HttpRequest request,
        string tenant,
        string flow,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        var changed = await flowSwitch.ChangeAsync(tenant, flow, found => found.Flow with { Enabled = true }, cancellation, client);
        return Json.Ok(FlowView.Of(changed));
    }
}
