using Microsoft.Extensions.Logging;
using SyncFunctions.App.Settings;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>Takes away what nobody needs any more: old lines of the integration log, activity figures, conflicts, details of calls, notices, ended runs with their plans, look-ups, sessions and invitations that expired.</summary>
public sealed partial class Retention(
    TenantStore tenants, FlowStore flows, ConnectionStore connections, IntegrationLog log, ActivityStore activity, ApiCallLog calls, AuditLog audit, RunStore runs, ConflictStore conflicts, PlanStore plans, LookupStore lookups, ClaimStore claims, NoticeStore notices, PersonStore people, MemberStore members, AppSettings settings, TimeProvider time, ILogger<Retention> logger)
{
    public async Task RunAsync(CancellationToken cancellation)
    {
        var (logsBefore, callsBefore, auditBefore) = (Before(settings.Retention.Log), Before(settings.Retention.Calls), Before(settings.Retention.Audit));
        var (lines, details, ended) = (0, 0, 0);
        foreach (var tenant in await tenants.ListAsync(cancellation))
        {
            foreach (var flow in await flows.ListAsync(tenant.Id, cancellation))
            {
                lines += await log.RemoveBeforeAsync(flow.Value.Key, logsBefore, cancellation);
                await activity.RemoveBeforeAsync(flow.Value.Key, logsBefore, cancellation);
                await conflicts.RemoveBeforeAsync(flow.Value.Key, logsBefore, cancellation);
                await plans.RemoveBeforeAsync(flow.Value.Key, logsBefore, cancellation);
                ended += await runs.RemoveBeforeAsync(flow.Value.Key, logsBefore, cancellation);
            }

            foreach (var connection in await connections.ListAsync(tenant.Id, cancellation)) details += await calls.RemoveBeforeAsync(tenant.Id, connection.Value.Id, callsBefore, cancellation);
            await audit.RemoveBeforeAsync(tenant.Id, auditBefore, cancellation);
            await notices.RemoveBeforeAsync(tenant.Id, logsBefore, cancellation);
        }

        await audit.RemoveBeforeAsync(tenant: null, auditBefore, cancellation);
        await lookups.RemoveExpiredAsync(cancellation);
        await claims.RemoveExpiredAsync(cancellation);
        await people.RemoveExpiredAsync(cancellation);
        await members.RemoveExpiredAsync(cancellation);
        Log.Removed(logger, lines, details, ended);
    }

    private DateTimeOffset Before(int days) => time.GetUtcNow().AddDays(-days);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Took away {Lines} lines of integration logs, {Details} details of calls and {Runs} runs.")]
        public static partial void Removed(ILogger logger, int lines, int details, int runs);
    }
}
