using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Sync;
using SyncFunctions.State;

namespace SyncFunctions.App.Triggers;

/// <summary>Does what a flow's work list has, in place.</summary>
public sealed class ChangeQueue(FlowChanges changes)
{
    [Function(nameof(ChangeQueue))]
    public Task RunAsync([QueueTrigger(AppQueues.Changes, Connection = StateClients.Connection)] ChangeMessage message, CancellationToken cancellation) =>
        changes.RunAsync(message, cancellation);
}
