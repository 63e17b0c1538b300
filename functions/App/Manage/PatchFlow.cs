using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.App.Reactions;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

public sealed class PatchFlow(FlowSwitch flowSwitch, Systems systems, ReactionCheck reactions)
{
    public sealed record Body(string? Name, [property: Merges(typeof(FlowSettings))] JsonElement? Settings, bool? Enabled, int? PollEverySeconds, FlowMode? Mode);

    [Function(nameof(PatchFlow))]
    [Needs(Role.Administrator, Act.Settings)]
    [Answers(typeof(FlowView), Tagged = true)]
    [Refuses("changed-since", "disconnected")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "manage/v1/tenants/{tenant}/flows/{flow}")] HttpRequest request,
        string tenant,
        string flow,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        var body = await JsonBody.ReadAsync<Body>(request, cancellation);
        FlowSwitch.PollSeconds(new BodyCheck().Name("#/name", body.Name), body.PollEverySeconds).Refuse();
        var changed = await flowSwitch.ChangeAsync(tenant, flow, found =>
        {
            Revision.Begin(request, FlowView.Of(found.Flow).Chosen());
            return reactions.Require(found.Pair, found.Flow with
            {
                Name = body.Name ?? found.Flow.Name,
                Settings = FlowSettingsPatch.Apply(found.Pair, systems, found.Flow.Settings, body.Settings),
                Enabled = body.Enabled ?? found.Flow.Enabled,
                PollEvery = body.PollEverySeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : found.Flow.PollEvery,
                Mode = body.Mode ?? found.Flow.Mode,
            });
        }, cancellation, body.Enabled == false ? client : null);
        return FlowView.Of(changed).ToAnswer();
    }
}
