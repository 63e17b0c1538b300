using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Notices;
using SyncFunctions.App.SignIn;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Triggers;

/// <summary>Spreads a notice to everybody who gets it, or sends it to one of them; mails links for lost passwords.</summary>
public sealed class NoticeQueue(NoticeSpread spread, NoticeSending sending, LostPasswords lost)
{
    [Function(nameof(NoticeQueue))]
    public async Task RunAsync([QueueTrigger(AppQueues.Notices, Connection = StateClients.Connection)] NoticeMessage message, CancellationToken cancellation)
    {
        if (message.Notice is { } name) await spread.RunAsync(new TenantId(message.Tenant), name, cancellation);
        if (message.Delivery is { } delivery) await sending.RunAsync(new TenantId(message.Tenant), delivery, cancellation);
        if (message.Account is { } account) await lost.MailAsync(new PersonId(account), cancellation);
    }
}
