using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.App.Reactions;
using SyncFunctions.App.Sync;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

public sealed record RunStarted(string RunId, RunMode Mode);

public sealed class SyncFlow(Finder finder, FlowRuns runs, Systems systems, ReactionCheck reactions)
{
    /// <param name="Kinds">Only these; all if none is named.</param>
    /// <param name="Settings">For a dry run: changes of the flow's settings, as they would be patched, to be planned with and not saved.</param>
    public sealed record Body(RunMode? Mode, ImmutableArray<string>? Kinds, [property: Merges(typeof(FlowSettings))] JsonElement? Settings);

    [Function(nameof(SyncFlow))]
    [Needs(Role.Member, Act.Sync)]
    [Answers(StatusCodes.Status202Accepted, typeof(RunStarted))]
    [Refuses("flow-busy", "flow-off")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "manage/v1/tenants/{tenant}/flows/{flow}/sync")] HttpRequest request,
        string tenant,
        string flow,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        var found = await finder.FlowAsync(tenant, flow, cancellation);
        var body = await JsonBody.ReadAsync<Body>(request, cancellation);
        var mode = body.Mode ?? RunMode.Delta;
        ImmutableArray<string> kinds = body.Kinds ?? [];
        var check = new BodyCheck()
            .When(mode is not (RunMode.Delta or RunMode.Comprehensive or RunMode.Reference or RunMode.Import or RunMode.DryRun), "#/mode", "The modes are delta, comprehensive, reference, import and dryRun.")
            .When(!kinds.IsEmpty && mode is not (RunMode.Delta or RunMode.Comprehensive or RunMode.DryRun), "#/kinds", "Only a delta, a comprehensive and a dry run can be limited to some kinds.")
            .When(body.Settings is not null && mode != RunMode.DryRun, "#/settings", "Only a dry run plans with settings of its own.");
        foreach (var kind in kinds.Where(kind => found.Pair.FindKind(kind) is null)) check.Add("#/kinds", $"The pair has no kind {kind}.");
        check.Refuse();

        // A plan changes nothing, so it can be made of a flow that is off; neither do look-up lists.
        if (mode is not (RunMode.Import or RunMode.DryRun or RunMode.Reference) && !found.Flow.Enabled) throw new ProblemException(ProblemType.FlowOff, "The flow is switched off: enable it first.");
        if (mode is not (RunMode.Import or RunMode.DryRun or RunMode.Reference) && found.Flow.WentLiveAt is null) throw new ProblemException(ProblemType.FlowOff, "The flow has not gone live yet.");
        var asked = mode == RunMode.DryRun ? runs.RequestPlanAsync(found.Key, Tried(found, body.Settings), kinds, client, cancellation) : runs.RequestAsync(found.Key, mode, FlowRuns.ByHand, client, cancellation, kinds);
        return Json.Accepted((await asked).Require(mode));
    }

    /// <summary>The settings that a person wants to try, as checked as those that are saved.</summary>
    private FlowSettings? Tried(FoundFlow found, JsonElement? patch) => patch is null
        ? null
        : reactions.Require(found.Pair, found.Flow with { Settings = FlowSettingsPatch.Apply(found.Pair, systems, found.Flow.Settings, patch) }).Settings;
}
