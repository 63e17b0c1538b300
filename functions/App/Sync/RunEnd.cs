using System.Collections.Immutable;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>What remains to be written down when a run ends.</summary>
public sealed class RunEnd(FlowStore flows, RunJournal runs, SweepStore sweeps, DueStore due, PageSync pages, IntegrationLog log, TimeProvider time)
{
    public async Task RecordAsync(FlowContext flow, RunId run, RunMode mode, ImmutableArray<KindWalk> walked, string? problem, CancellationToken cancellation)
    {
        if (mode == RunMode.Comprehensive) await sweeps.DeleteRunAsync(flow.Key, run, cancellation);
        if (problem is null && mode is RunMode.Import or RunMode.Inventory && flow.Flow.WentLiveAt is null) await GoLiveAsync(flow, run, mode, walked, cancellation);

        var now = time.GetUtcNow();
        var ended = await runs.EndAsync(flow.Key, run, problem, now, cancellation);
        if (problem is not null)
        {
            await log.AppendAsync(flow.Key, [new LogEntry(now, LogSeverity.Error, "run-failed", $"The {mode.ToString().ToLowerInvariant()} run stopped: {problem}") { RunId = run, WhatToDo = "Start it again once the cause is mended; what was done stays done." }], cancellation);
        }
        else if (ended is { } done && mode is RunMode.Import or RunMode.Comprehensive)
        {
            await log.AppendAsync(flow.Key, [new LogEntry(now, LogSeverity.Info, "run-ended", $"The {mode.ToString().ToLowerInvariant()} run ended: {Sum(ended.Counts.Values)}.") { RunId = run }], cancellation);
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
        for (var current = (Versioned<Flow>?)flow.State.Flow; current is { Value.WentLiveAt: null } found; current = await flows.GetAsync(flow.Key, cancellation))
        {
            if (await flows.ReplaceAsync(found with { Value = found.Value with { WentLiveAt = now, Enabled = true } }, cancellation) is not null) break;
        }

        await due.PutAsync(flow.Key, now, cancellation);
        await log.AppendAsync(flow.Key, [new LogEntry(now, LogSeverity.Info, "live", "The flow is live: what changes from now on is synchronised.") { RunId = run }], cancellation);
    }

    private static string Sum(IEnumerable<KindCounts> counts)
    {
        var sum = counts.Aggregate(KindCounts.None, (a, b) => a + b);
        return $"{sum.Done} looked at, {sum.Created} created, {sum.Updated} updated, {sum.Archived} archived, {sum.Linked} linked, {sum.Failed} failed";
    }
}
