using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <summary>Switches a flow off at once: what runs stops at its next page, and nothing is due any more.</summary>
public sealed class DisableFlow(FlowSwitch flowSwitch)
{
    [Function(nameof(DisableFlow))]
    [Needs(Role.Administrator, Act.Settings)]
    [Answers(typeof(FlowView))]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "manage/v1/tenants/{tenant}/flows/{flow}/disable")] HttpRequest request,
        string tenant,
        string flow,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        var changed = await flowSwitch.ChangeAsync(tenant, flow, found => found.Flow with { Enabled = false }, cancellation, client);
        return Json.Ok(FlowView.Of(changed));
    }
}
