using System.Collections.Immutable;
using SyncFunctions.App.Hooks;
using SyncFunctions.App.Notices;
using SyncFunctions.App.Orchestrations;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>What remains to be written down when a run ends.</summary>
public sealed class RunEnd(FlowStore flows, RunJournal runs, SweepStore sweeps, DueStore due, PageSync pages, Parking parking, IntegrationLog log, HookCare hooks, NoticeOutbox notices, TimeProvider time)
{
    public async Task RecordAsync(FlowContext flow, FinishRunInput input, CancellationToken cancellation)
    {
        var (run, mode, walked, problem) = (new RunId(input.Run.Run), input.Run.Mode, input.Run.Walked, input.Problem);
        if (mode is RunMode.Comprehensive or RunMode.DryRun or RunMode.Import or RunMode.Reference) await sweeps.DeleteRunAsync(flow.Key, run, cancellation);
        if (problem is null && !input.Cancelled)
        {
            foreach (var walk in input.Run.Unsaved) await pages.SaveCursorsAsync(new WorkScope(flow, flow.Pair.Kind(walk.Kind), mode, run, input.Run.Epoch), walk, cancellation);
        }

        if (problem is null && !input.Cancelled && (mode == RunMode.Inventory || (mode == RunMode.Import && flow.Pair.ImportGoesLive)) && flow.Flow.WentLiveAt is null) await GoLiveAsync(flow, run, mode, walked, cancellation);

        if (mode == RunMode.Comprehensive && input.Run.IsWhole && !input.Cancelled) await RememberSweepAsync(flow, run, problem, cancellation);
        if (!input.Cancelled && mode is RunMode.Import or RunMode.Comprehensive && flow.Flow.Mode == FlowMode.OneOff) await SwitchOffAsync(flow, run, cancellation);

        if (mode == RunMode.Comprehensive)
        {
            foreach (var kind in flow.Pair.Kinds) await parking.ReplanAsync(new WorkScope(flow, kind, mode, run, 0), cancellation);
        }

        var now = time.GetUtcNow();
        var ended = await runs.EndAsync(flow.Key, run, problem, now, cancellation, input.Cancelled);
        if (mode == RunMode.DryRun) return;
        if (mode == RunMode.Import && !input.Cancelled) await RaiseAsync(flow, run, problem, Sum(ended?.Counts.Values ?? []), cancellation);
        if (problem is not null)
        {
            await log.AppendAsync(flow.Key, [new LogEntry(now, LogSeverity.Error, "run-failed", $"The {mode.ToString().ToLowerInvariant()} run stopped: {problem}") { RunId = run, WhatToDo = "Start it again once the cause is mended; what was done stays done." }], cancellation);
        }
        else if (input.Cancelled)
        {
            await log.AppendAsync(flow.Key, [new LogEntry(now, LogSeverity.Info, "run-cancelled", $"The {mode.ToString().ToLowerInvariant()} run was cancelled. {ended?.OrderedBy} What was done stays done.") { RunId = run }], cancellation);
        }
        else if (ended is { } done && mode is RunMode.Import or RunMode.Comprehensive)
        {
            await log.AppendAsync(flow.Key, [new LogEntry(now, LogSeverity.Info, "run-ended", $"The {mode.ToString().ToLowerInvariant()} run ended: {Words(Sum(ended.Counts.Values))}.") { RunId = run }], cancellation);
        }
    }

    /// <summary>Changes are listened for from where the walks of this run began, so that nothing made meanwhile is missed.</summary>
    private async Task GoLiveAsync(FlowContext flow, RunId run, RunMode mode, ImmutableArray<KindWalk> walked, CancellationToken cancellation)
    {
        foreach (var walk in walked.GroupBy(walk => walk.Kind))
        {
            var whole = walk.Aggregate((a, b) => a with { Left = a.Left.StartedAt is null ? b.Left : a.Left, Right = a.Right.StartedAt is null ? b.Right : a.Right });
            await pages.SaveCursorsAsync(new WorkScope(flow, flow.Pair.Kind(walk.Key), mode, run, 0), whole, cancellation);
        }

        var now = time.GetUtcNow();
        var live = await flows.ChangeAsync(flow.Key, found => found.WentLiveAt is null ? found with { WentLiveAt = now, Enabled = true } : found, cancellation);
        await due.PutAsync(flow.Key, now, cancellation);
        await log.AppendAsync(flow.Key, [new LogEntry(now, LogSeverity.Info, "live", "The flow is live: what changes from now on is synchronised.") { RunId = run }], cancellation);
        if (live is { } stored) await hooks.TendAsync(stored.Value, cancellation);
    }

    /// <summary>A sweep that failed is not tried again at once: what stopped it (a right, an outage) may need a person.</summary>
    private async Task RememberSweepAsync(FlowContext flow, RunId run, string? problem, CancellationToken cancellation)
    {
        var startedAt = (await runs.GetAsync(flow.Key, run, cancellation))?.StartedAt ?? time.GetUtcNow();
        var retryAt = time.GetUtcNow() + SweepSchedule.AfterFailure;
        await flows.ChangeAsync(flow.Key, found => problem is null ? found with { SweptAt = startedAt, SweepNotBefore = null } : found with { SweepNotBefore = retryAt }, cancellation);
    }

    /// <summary>A flow that is run once has done its work.</summary>
    private async Task SwitchOffAsync(FlowContext flow, RunId run, CancellationToken cancellation)
    {
        await flows.ChangeAsync(flow.Key, found => found with { Enabled = false }, cancellation);
        await due.RemoveAsync(flow.Key, cancellation);
        await log.AppendAsync(flow.Key, [new LogEntry(time.GetUtcNow(), LogSeverity.Info, "one-off-done", "The flow was to run once, and has: it is switched off.") { RunId = run, WhatToDo = "Switch it on to run it once more." }], cancellation);
    }

    private Task RaiseAsync(FlowContext flow, RunId run, string? problem, KindCounts sum, CancellationToken cancellation) => notices.RaiseAsync(
        flow.Key.Tenant,
        flow.Key.Flow,
        NoticeEvent.ImportFinished,
        run.Value,
        [
            (NoticeFact.Run, run.Value), (NoticeFact.Problem, problem ?? ""), (NoticeFact.Done, NoticeText.Number(sum.Done)), (NoticeFact.Created, NoticeText.Number(sum.Created)),
            (NoticeFact.Updated, NoticeText.Number(sum.Updated)), (NoticeFact.Linked, NoticeText.Number(sum.Linked)), (NoticeFact.Failed, NoticeText.Number(sum.Failed)),
        ],
        cancellation);

    private static KindCounts Sum(IEnumerable<KindCounts> counts) => counts.Aggregate(KindCounts.None, (a, b) => a + b);

    private static string Words(KindCounts sum) => $"{sum.Done} looked at, {sum.Created} created, {sum.Updated} updated, {sum.Archived} archived, {sum.Linked} linked, {sum.Failed} failed";
}
