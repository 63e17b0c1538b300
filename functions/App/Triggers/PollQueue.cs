using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using SyncFunctions.App.Sync;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Triggers;

/// <summary>Polls one flow.</summary>
public sealed class PollQueue(FlowPoll poll)
{
    [Function(nameof(PollQueue))]
    public Task RunAsync([QueueTrigger(AppQueues.Polls, Connection = StateClients.Connection)] PollMessage message, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        poll.RunAsync(new FlowKey(new TenantId(message.Tenant), new FlowId(message.Flow)), client, cancellation);
}
