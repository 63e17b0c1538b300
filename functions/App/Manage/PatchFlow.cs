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
    /// <param name="PollEverySeconds">Null: as often as the app does for all.</param>
    public sealed record Body(string? Name, [property: Merges(typeof(FlowSettings))] JsonElement? Settings, bool? Enabled, FlowMode? Mode, Given<int?> PollEverySeconds = default);

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
        FlowSwitch.PollSeconds(new BodyCheck().Name("#/name", body.Name), body.PollEverySeconds.Value).Refuse();
        var changed = await flowSwitch.ChangeAsync(tenant, flow, found =>
        {
            Revision.Begin(request, FlowView.Of(found.Flow).Chosen());
            return reactions.Require(found.Pair, found.Flow with
            {
                Name = body.Name ?? found.Flow.Name,
                Settings = FlowSettingsPatch.Apply(found.Pair, systems, found.Flow.Settings, body.Settings),
                Enabled = body.Enabled ?? found.Flow.Enabled,
                PollEvery = body.PollEverySeconds.Or((int?)found.Flow.PollEvery?.TotalSeconds) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
                Mode = body.Mode ?? found.Flow.Mode,
            });
        }, cancellation, body.Enabled == false ? client : null);
        return FlowView.Of(changed).ToAnswer();
    }
}
