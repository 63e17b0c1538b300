using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using SyncFunctions.App.Sync;
using SyncFunctions.App.Telemetry;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Triggers;

/// <summary>Polls one flow.</summary>
public sealed class PollQueue(FlowPoll poll, Tracing tracing)
{
    [Function(nameof(PollQueue))]
    public async Task RunAsync([QueueTrigger(AppQueues.Polls, Connection = StateClients.Connection)] PollMessage message, [DurableClient] DurableTaskClient client, CancellationToken cancellation)
    {
        var flow = new FlowKey(new TenantId(message.Tenant), new FlowId(message.Flow));
        using var piece = tracing.BeginLook("poll", flow, message.Trace);
        await poll.RunAsync(flow, client, cancellation);
    }
}
