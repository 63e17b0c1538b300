using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Data;

/// <summary>Takes a tenant away, or further.</summary>
public sealed class ErasureQueue(TenantErasure erasure)
{
    [Function(nameof(ErasureQueue))]
    public Task RunAsync([QueueTrigger(AppQueues.Erasures, Connection = StateClients.Connection)] ErasureMessage message, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        erasure.RunAsync(new TenantId(message.Tenant), client, cancellation);
}
