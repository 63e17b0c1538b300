using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Sync;
using SyncFunctions.App.Telemetry;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Orchestrations;

/// <param name="Problem">Why the run could not go on, or null.</param>
/// <param name="Cancelled">It was told to end.</param>
public sealed record FinishRunInput(SyncRunInput Run, string? Problem, bool Cancelled = false);

/// <summary>The last act of a run: says how it ended, lets a first run's flow go live, and gives the guard back.</summary>
public sealed class FinishRun(Tracing tracing, FlowContexts contexts, FlowRuns runs, RunEnd end)
{
    [Function(nameof(FinishRun))]
    public async Task RunAsync([ActivityTrigger] FinishRunInput input, CancellationToken cancellation)
    {
        using var piece = tracing.Begin(nameof(FinishRun), input.Run);
        var run = new RunId(input.Run.Run);
        var flow = await contexts.LoadAsync(input.Run.Key, cancellation);

        // It was resumed meanwhile: how it ends is for its newer instance to say.
        if (flow?.State.Guard(FlowRuns.LaneOf(input.Run.Mode)) is { } guard && guard.Value.Run == run && guard.Value.Epoch != input.Run.Epoch) return;
        if (flow is not null) await end.RecordAsync(flow, input, cancellation);
        await runs.ReleaseAsync(input.Run.Key, input.Run.Mode, run, input.Run.Epoch, cancellation);
    }
}
