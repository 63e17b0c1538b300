using System.Globalization;
using Azure;
using Microsoft.Extensions.Logging;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Notices;

/// <summary>
/// Looks after notices, tenant by tenant: raises what a kill came between, by the states that are stored; takes up what nobody is at; and
/// has the digest of the day sent when it is time.
/// </summary>
public sealed partial class NoticeCare(
    TenantStore tenants, FlowStore flows, ConnectionStore connections, BrakeStore brakes, NoticeStore notices, NoticeBook book, NoticeOutbox outbox, Digests digests, Systems systems, TimeProvider time, ILogger<NoticeCare> log)
{
    /// <summary>Longer than a message waits on a busy queue.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    public async Task TendAllAsync(CancellationToken cancellation)
    {
        foreach (var tenant in await tenants.ListAsync(cancellation))
        {
            try
            {
                await TendAsync(tenant.Id, cancellation);
            }
            catch (RequestFailedException exception)
            {
                // The others are not to wait for it, and it is looked at again.
                Log.NotTended(log, exception, tenant.Id);
            }
        }
    }

    public async Task TendAsync(TenantId tenant, CancellationToken cancellation)
    {
        foreach (var connection in await connections.ListAsync(tenant, cancellation))
        {
            if (connection.Value.Health == ConnectionHealth.Expired) await outbox.RaiseAsync(connection.Value, systems[connection.Value.System].Catalog.DisplayName, cancellation);
        }

        foreach (var flow in await flows.ListAsync(tenant, cancellation))
        {
            foreach (var brake in await brakes.ListAsync(flow.Value.Key, cancellation))
            {
                if (brake.Value.TrippedAt is not null) await outbox.RaiseAsync(flow.Value.Key, brake.Value, cancellation);
            }
        }

        await DigestAsync(tenant, cancellation);
        var (unspread, unsent) = await notices.OverdueAsync(tenant, time.GetUtcNow() - Patience, cancellation);
        foreach (var notice in unspread) await outbox.SendAsync(new NoticeMessage(tenant.Value, Notice: notice.Name), null, cancellation);
        foreach (var delivery in unsent) await outbox.SendAsync(new NoticeMessage(tenant.Value, Delivery: delivery.Id), null, cancellation);
    }

    /// <summary>Once a day by the tenant's own clock: whoever stores the notice of the day has sent it.</summary>
    private async Task DigestAsync(TenantId tenant, CancellationToken cancellation)
    {
        var rules = (await book.LoadAsync(tenant, cancellation)).Value;
        if (!rules.Rules.Any(rule => rule.Takes(NoticeEvent.DailyDigest))) return;
        var now = time.GetUtcNow();
        var local = TimeZoneInfo.ConvertTime(now, TimeZoneInfo.FindSystemTimeZoneById(rules.TimeZone)).DateTime;
        if (TimeOnly.FromDateTime(local) < rules.DigestAt) return;
        var today = new Notice(tenant, NoticeEvent.DailyDigest, null, local.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), now);
        if (await notices.GetAsync(tenant, today.Name, cancellation) is not null) return;
        var digest = await digests.OfAsync(tenant, now - Day, now, cancellation);
        if (digest.IsQuiet && !rules.DigestAlways) await notices.InsertAsync(today with { SpreadAt = now }, cancellation);
        else await outbox.RaiseAsync(tenant, null, NoticeEvent.DailyDigest, today.About, [digest.Fact()], cancellation);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The notices of {Tenant} could not be looked after.")]
        public static partial void NotTended(ILogger log, Exception exception, TenantId tenant);
    }
}
