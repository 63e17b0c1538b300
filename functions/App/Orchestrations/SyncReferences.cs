using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Sync;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Orchestrations;

/// <summary>Reads the look-up lists of both sides.</summary>
public sealed class SyncReferences(FlowContexts contexts, FlowRuns runs, RunJournal journal, ReferenceLists references, TimeProvider time)
{
    [Function(nameof(SyncReferences))]
    public async Task<PageResult> RunAsync([ActivityTrigger] SyncRunInput input, CancellationToken cancellation)
    {
        var run = new RunId(input.Run);
        var flow = await contexts.LoadAsync(input.Key, cancellation) ?? throw new InvalidOperationException("The flow is no longer there.");
        if (await runs.HeldUntilAsync(flow.State, input.Mode, run, input.Epoch, cancellation) is null) throw new InvalidOperationException("Another run took this run's place.");
        if (await journal.OrderAsync(input.Key, run, cancellation) is { } order) return new PageResult(input.Walk, KindCounts.None, [], Order: order);
        var failure = await references.ReadAsync(flow, run, cancellation);
        return new PageResult(input.Walk, KindCounts.None, [], failure?.Message, failure is { IsPassing: true } ? failure.Until ?? time.GetUtcNow().AddSeconds(30) : null);
    }
}
