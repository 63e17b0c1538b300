using Azure;
using Microsoft.Extensions.Logging;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Notices;

/// <summary>
/// Takes what people are to be told. It is stored before this returns, and told once however often it is raised; who gets it, and by what,
/// is found out beside the work that raised it.
/// </summary>
public sealed partial class NoticeOutbox(NoticeStore notices, AppQueues queues, TimeProvider time, ILogger<NoticeOutbox> log)
{
    /// <param name="tenant">Whom it concerns.</param>
    /// <param name="flow">Null: it is the tenant's.</param>
    /// <param name="what">Has happened.</param>
    /// <param name="about">What makes it this one: a state that lasts has the same until it ends and begins again.</param>
    /// <param name="facts">Counts and names of what is ours, never what records say; see <see cref="NoticeText"/>.</param>
    /// <param name="cancellation">The caller's.</param>
    /// <returns>False where it was raised before.</returns>
    public async Task<bool> RaiseAsync(TenantId tenant, FlowId? flow, NoticeEvent what, string about, IEnumerable<(string Name, string Value)> facts, CancellationToken cancellation)
    {
        var notice = new Notice(tenant, what, flow, about, time.GetUtcNow()) { Facts = Notice.Saying(facts) };
        if (!await notices.InsertAsync(notice, cancellation)) return false;
        await SendAsync(new NoticeMessage(tenant.Value, Notice: notice.Name), null, cancellation);
        return true;
    }

    /// <summary>A connection that the vendor no longer takes: once for each time that somebody had signed in.</summary>
    public Task<bool> RaiseAsync(StoredConnection expired, string system, CancellationToken cancellation) => RaiseAsync(
        expired.Tenant,
        null,
        NoticeEvent.ReconnectNeeded,
        $"{expired.Id}.{expired.ConnectedAt?.UtcTicks ?? 0}",
        [(NoticeFact.Connection, expired.Id.Value), (NoticeFact.Name, expired.Name), (NoticeFact.System, system), (NoticeFact.Reason, expired.HealthDetail ?? "the vendor does not say why.")],
        cancellation);

    /// <summary>A brake that holds: once for each time that it began to.</summary>
    public Task<bool> RaiseAsync(FlowKey flow, Brake held, CancellationToken cancellation) => RaiseAsync(
        flow.Tenant,
        flow.Flow,
        NoticeEvent.MassDeleteRefused,
        $"{held.Kind}.{held.TrippedAt?.UtcTicks ?? 0}",
        [(NoticeFact.Kind, held.Kind), (NoticeFact.Reason, held.Reason ?? "")],
        cancellation);

    /// <summary>A message that is lost is sent again by <see cref="NoticeCare"/>: what it is about is stored.</summary>
    internal async Task SendAsync(NoticeMessage message, TimeSpan? delay, CancellationToken cancellation)
    {
        try
        {
            await queues.SendAsync(message, delay, cancellation);
        }
        catch (RequestFailedException exception)
        {
            Log.NotSent(log, exception, message.Tenant);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "A message about a notice of {Tenant} could not be put on its queue; it is late.")]
        public static partial void NotSent(ILogger log, Exception exception, string tenant);
    }
}
