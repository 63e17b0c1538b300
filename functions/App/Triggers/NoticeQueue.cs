using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Notices;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Triggers;

/// <summary>Spreads a notice to everybody who gets it, or sends it to one of them.</summary>
public sealed class NoticeQueue(NoticeSpread spread, NoticeSending sending)
{
    [Function(nameof(NoticeQueue))]
    public async Task RunAsync([QueueTrigger(AppQueues.Notices, Connection = StateClients.Connection)] NoticeMessage message, CancellationToken cancellation)
    {
        if (message.Notice is { } name) await spread.RunAsync(new TenantId(message.Tenant), name, cancellation);
        if (message.Delivery is { } delivery) await sending.RunAsync(new TenantId(message.Tenant), delivery, cancellation);
    }
}
