using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using SyncFunctions.App.Problems;
using SyncFunctions.App.Reactions;
using SyncFunctions.Connectors;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

public sealed class PatchFlow(FlowSwitch flowSwitch, Systems systems, ReactionCheck reactions)
{
    public sealed record Body(string? Name, JsonElement? Settings, bool? Enabled, int? PollEverySeconds, FlowMode? Mode);

    [Function(nameof(PatchFlow))]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Function, "patch", Route = "manage/v1/tenants/{tenant}/flows/{flow}")] HttpRequest request,
        string tenant,
        string flow,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        var body = await JsonBody.ReadAsync<Body>(request, cancellation);
        FlowSwitch.PollSeconds(new BodyCheck().Name("#/name", body.Name), body.PollEverySeconds).Refuse();
        var changed = await flowSwitch.ChangeAsync(tenant, flow, found => reactions.Require(found.Pair, found.Flow with
        {
            Name = body.Name ?? found.Flow.Name,
            Settings = FlowSettingsPatch.Apply(found.Pair, systems, found.Flow.Settings, body.Settings),
            Enabled = body.Enabled ?? found.Flow.Enabled,
            PollEvery = body.PollEverySeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : found.Flow.PollEvery,
            Mode = body.Mode ?? found.Flow.Mode,
        }), cancellation, body.Enabled == false ? client : null);
        return Json.Ok(FlowView.Of(changed));
    }
}
