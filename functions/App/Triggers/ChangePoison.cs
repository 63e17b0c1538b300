using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Sync;
using SyncFunctions.State;

namespace SyncFunctions.App.Triggers;

/// <summary>A message that failed again and again: its records are on the work list, and the next poll takes them from there.</summary>
public sealed class ChangePoison(GivenUpMessages messages)
{
    [Function(nameof(ChangePoison))]
    public Task RunAsync([QueueTrigger(AppQueues.ChangesPoison, Connection = StateClients.Connection)] ChangeMessage message, CancellationToken cancellation) =>
        messages.TakeAsync(message, cancellation);
}
