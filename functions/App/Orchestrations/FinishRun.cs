using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Sync;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Orchestrations;

/// <param name="Problem">Why the run could not go on, or null.</param>
public sealed record FinishRunInput(SyncRunInput Run, string? Problem);

/// <summary>The last act of a run: says how it ended, lets a first run's flow go live, and gives the guard back.</summary>
public sealed class FinishRun(FlowContexts contexts, FlowRuns runs, RunEnd end)
{
    [Function(nameof(FinishRun))]
    public async Task RunAsync([ActivityTrigger] FinishRunInput input, CancellationToken cancellation)
    {
        var run = new RunId(input.Run.Run);
        if (await contexts.LoadAsync(input.Run.Key, cancellation) is { } flow)
        {
            await end.RecordAsync(flow, run, input.Run.Mode, input.Run.Walked, input.Problem, cancellation);
        }

        await runs.ReleaseAsync(input.Run.Key, input.Run.Mode, run, cancellation);
    }
}
