using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Sync;
using SyncFunctions.App.Telemetry;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Orchestrations;

/// <summary>Compares the links of a kind with what a comprehensive run saw: what was in neither list is looked up, and gone if it is not found.</summary>
public sealed class SyncGone(Tracing tracing, RunSteps steps, RunJournal journal, GoneSync gone)
{
    [Function(nameof(SyncGone))]
    public async Task<RunOrder?> RunAsync([ActivityTrigger] SyncRunInput input, CancellationToken cancellation)
    {
        using var piece = tracing.Begin(nameof(SyncGone), input);
        var run = new RunId(input.Run);
        var (flow, _) = await steps.BeginAsync(input.Key, input.Mode, run, input.Epoch, cancellation);
        if (await journal.OrderAsync(input.Key, run, cancellation) is { } order) return order;
        var kind = flow.Pair.Kind(input.Kind);
        await gone.RunAsync(new WorkScope(flow, kind, input.Mode, run, input.Epoch) { PlanPage = DryRun.PageOf(flow, kind, 'g', "") }, cancellation);
        return null;
    }
}
