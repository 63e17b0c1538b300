using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>How each step of a run begins: with the flow as it is now, and only while the run is the one that may work on it.</summary>
public sealed class RunSteps(FlowContexts contexts, FlowRuns runs, RunJournal journal)
{
    /// <returns>The flow, for a dry run under the settings that it plans with, and when its guard may be another run's.</returns>
    /// <exception cref="InvalidOperationException">The flow is gone, or another run took this one's place.</exception>
    public async Task<(FlowContext Flow, DateTimeOffset Until)> BeginAsync(FlowKey key, RunMode mode, RunId run, long epoch, CancellationToken cancellation)
    {
        var flow = await contexts.LoadAsync(key, cancellation) ?? throw new InvalidOperationException("The flow is no longer there.");
        var until = await runs.HeldUntilAsync(flow.State, mode, run, epoch, cancellation) ?? throw new InvalidOperationException("Another run took this run's place.");
        if (mode != RunMode.DryRun || await journal.GetAsync(key, run, cancellation) is not { Settings: { } settings }) return (flow, until);
        return (contexts.Under(flow, settings), until);
    }
}
