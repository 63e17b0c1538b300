using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using SyncFunctions.App.Problems;
using SyncFunctions.App.Sync;

namespace SyncFunctions.App.Manage;

public sealed record RunStarted(string RunId, RunMode Mode);

public sealed class SyncFlow(Finder finder, FlowRuns runs)
{
    /// <param name="Kinds">Only these; all if none is named.</param>
    public sealed record Body(RunMode? Mode, ImmutableArray<string>? Kinds);

    [Function(nameof(SyncFlow))]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "manage/v1/tenants/{tenant}/flows/{flow}/sync")] HttpRequest request,
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
            .When(!kinds.IsEmpty && mode is not (RunMode.Delta or RunMode.Comprehensive or RunMode.DryRun), "#/kinds", "Only a delta, a comprehensive and a dry run can be limited to some kinds.");
        foreach (var kind in kinds.Where(kind => found.Pair.FindKind(kind) is null)) check.Add("#/kinds", $"The pair has no kind {kind}.");
        check.Refuse();

        // A plan changes nothing, so it can be made of a flow that is off; neither do look-up lists.
        if (mode is not (RunMode.Import or RunMode.DryRun or RunMode.Reference) && !found.Flow.Enabled) throw new ProblemException(ProblemType.FlowOff, "The flow is switched off: enable it first.");
        if (mode is not (RunMode.Import or RunMode.DryRun or RunMode.Reference) && found.Flow.WentLiveAt is null) throw new ProblemException(ProblemType.FlowOff, "The flow has not gone live yet.");
        return Json.Accepted((await runs.RequestAsync(found.Key, mode, FlowRuns.ByHand, client, cancellation, kinds)).Require(mode));
    }
}
