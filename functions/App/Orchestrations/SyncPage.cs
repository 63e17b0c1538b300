using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Sync;
using SyncFunctions.App.Telemetry;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Orchestrations;

/// <summary>One page of a run: reads the next page of each side, plans and applies it.</summary>
public sealed class SyncPage(Tracing tracing, RunSteps steps, RunJournal journal, PageSync pages, TimeProvider time)
{
    [Function(nameof(SyncPage))]
    public async Task<PageResult> RunAsync([ActivityTrigger] SyncRunInput input, CancellationToken cancellation)
    {
        using var piece = tracing.Begin(nameof(SyncPage), input);
        var run = new RunId(input.Run);
        var (flow, until) = await steps.BeginAsync(input.Key, input.Mode, run, input.Epoch, cancellation);
        if (await journal.OrderAsync(input.Key, run, cancellation) is { } order) return new PageResult(input.Walk, KindCounts.None, [], Order: order);
        var kind = flow.Pair.Kind(input.Kind);
        if (!flow.Settings.Kind(kind.Name).Enabled) return new PageResult(input.Walk with { Left = Walk.Skipped, Right = Walk.Skipped }, KindCounts.None, []);

        // An import takes note of the other side first, then brings over its own.
        var (mode, walk) = (input.Mode, input.Walk);
        if (input.Mode is RunMode.Import or RunMode.Reference)
        {
            mode = RunMode.Import;
            var resting = input.Stage == RunStage.Note ? flow.Pair.ImportFrom : flow.Pair.ImportFrom.Other();
            walk = walk.With(resting, Walk.Skipped);
            if (input.Stage == RunStage.Note) mode = RunMode.Inventory;
        }

        // The flow went live since: what is not known by now is new, not older.
        if (mode == RunMode.Inventory && flow.Flow.WentLiveAt is not null && !kind.IsReference) return new PageResult(walk with { Left = Walk.Skipped, Right = Walk.Skipped }, KindCounts.None, []);

        var scope = new WorkScope(flow, kind, mode, run, input.Epoch) { Until = until, PlanPage = DryRun.PageOf(flow, kind, 'a', $"{walk.PageNumber:D6}") };
        var result = await pages.StepAsync(scope, walk, since: input.Mode == RunMode.Delta, cancellation);
        if (result.Failure is null && input.Stage == RunStage.Records && input.Mode != RunMode.Inventory) await journal.AddAsync(input.Key, run, kind.Name, result.Counts, cancellation);
        foreach (var (inside, counts) in result.Insides) await journal.AddAsync(input.Key, run, inside, counts, cancellation);
        return result.RetryAt is { } retryAt && retryAt < time.GetUtcNow() ? result with { RetryAt = time.GetUtcNow().AddSeconds(1) } : result;
    }
}
