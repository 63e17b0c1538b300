using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Sync;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Orchestrations;

/// <summary>Compares the links of a kind with what a comprehensive run saw: what was in neither list is looked up, and gone if it is not found.</summary>
public sealed class SyncGone(FlowContexts contexts, GoneSync gone)
{
    [Function(nameof(SyncGone))]
    public async Task RunAsync([ActivityTrigger] SyncRunInput input, CancellationToken cancellation)
    {
        if (await contexts.LoadAsync(input.Key, cancellation) is not { } flow) return;
        await gone.RunAsync(new WorkScope(flow, flow.Pair.Kind(input.Kind), input.Mode, new RunId(input.Run), input.Epoch), cancellation);
    }
}
