using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <summary>Ends a flow for good: it is switched off, and nobody can switch it on again.</summary>
public sealed class DisconnectFlow(FlowSwitch flowSwitch, TimeProvider time)
{
    [Function(nameof(DisconnectFlow))]
    [Needs(Role.Administrator, Act.Settings)]
    [Answers(typeof(FlowView))]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "manage/v1/tenants/{tenant}/flows/{flow}/disconnect")] HttpRequest request,
        string tenant,
        string flow,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        var changed = await flowSwitch.ChangeAsync(tenant, flow, found => found.Flow with { Enabled = false, DisconnectedAt = found.Flow.DisconnectedAt ?? time.GetUtcNow() }, cancellation, client);
        return Json.Ok(FlowView.Of(changed));
    }
}
