using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Sync;
using SyncFunctions.App.Telemetry;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Orchestrations;

/// <summary>Does what is due on the work list of a flow that runs on demand: nobody else looks at it.</summary>
public sealed class SyncWork(Tracing tracing, RunSteps steps, RunJournal journal, WorkSync work, TimeProvider time)
{
    [Function(nameof(SyncWork))]
    public async Task RunAsync([ActivityTrigger] SyncRunInput input, CancellationToken cancellation)
    {
        using var piece = tracing.Begin(nameof(SyncWork), input);
        var run = new RunId(input.Run);
        var (flow, _) = await steps.BeginAsync(input.Key, input.Mode, run, input.Epoch, cancellation);
        foreach (var kind in flow.Pair.Kinds.Where(kind => flow.Settings.Kind(kind.Name).Enabled))
        {
            if (flow.State.Hint(kind.Name) is not { } hint || hint.Value.DueAt > time.GetUtcNow()) continue;
            var scope = new WorkScope(flow, kind, RunMode.Delta, run, input.Epoch);
            await journal.AddAsync(input.Key, run, kind.Name, await work.RunAsync(scope, hint, cancellation), cancellation);
        }
    }
}
