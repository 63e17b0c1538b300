using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Sync;
using SyncFunctions.App.Telemetry;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Orchestrations;

/// <summary>Reads the look-up lists of both sides.</summary>
public sealed class SyncReferences(Tracing tracing, RunSteps steps, RunJournal journal, ReferenceLists references, TimeProvider time)
{
    [Function(nameof(SyncReferences))]
    public async Task<PageResult> RunAsync([ActivityTrigger] SyncRunInput input, CancellationToken cancellation)
    {
        using var piece = tracing.Begin(nameof(SyncReferences), input);
        var run = new RunId(input.Run);
        var (flow, _) = await steps.BeginAsync(input.Key, input.Mode, run, input.Epoch, cancellation);
        if (await journal.OrderAsync(input.Key, run, cancellation) is { } order) return new PageResult(input.Walk, KindCounts.None, [], Order: order);
        var failure = await references.ReadAsync(flow, run, cancellation);
        return new PageResult(input.Walk, KindCounts.None, [], failure?.Message, failure is { IsPassing: true } ? failure.Until ?? time.GetUtcNow().AddSeconds(30) : null);
    }
}
