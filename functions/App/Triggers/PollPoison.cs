using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Sync;
using SyncFunctions.State;

namespace SyncFunctions.App.Triggers;

/// <summary>A poll that failed again and again: its flow is due again by the schedule, and people are told.</summary>
public sealed class PollPoison(GivenUpMessages messages)
{
    [Function(nameof(PollPoison))]
    public Task RunAsync([QueueTrigger(AppQueues.PollsPoison, Connection = StateClients.Connection)] PollMessage message, CancellationToken cancellation) =>
        messages.TakeAsync(message, cancellation);
}
