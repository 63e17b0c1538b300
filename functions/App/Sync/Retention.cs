using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>Takes away what nobody needs any more: old lines of the integration log, conflicts, details of calls, ended runs with their plans, look-ups that expired.</summary>
public sealed partial class Retention(
    TenantStore tenants, FlowStore flows, ConnectionStore connections, IntegrationLog log, ApiCallLog calls, RunStore runs, ConflictStore conflicts, PlanStore plans, LookupStore lookups, ClaimStore claims, IConfiguration configuration, TimeProvider time, ILogger<Retention> logger)
{
    public const int DefaultLogDays = 90;
    public const int DefaultCallDays = 30;

    public async Task RunAsync(CancellationToken cancellation)
    {
        var (logsBefore, callsBefore) = (Before("LogRetentionDays", DefaultLogDays), Before("ApiCallRetentionDays", DefaultCallDays));
        var (lines, details, ended) = (0, 0, 0);
        foreach (var tenant in await tenants.ListAsync(cancellation))
        {
            foreach (var flow in await flows.ListAsync(tenant.Id, cancellation))
            {
                lines += await log.RemoveBeforeAsync(flow.Value.Key, logsBefore, cancellation);
                await conflicts.RemoveBeforeAsync(flow.Value.Key, logsBefore, cancellation);
                await plans.RemoveBeforeAsync(flow.Value.Key, logsBefore, cancellation);
                ended += await runs.RemoveBeforeAsync(flow.Value.Key, logsBefore, cancellation);
            }

            foreach (var connection in await connections.ListAsync(tenant.Id, cancellation)) details += await calls.RemoveBeforeAsync(tenant.Id, connection.Value.Id, callsBefore, cancellation);
        }

        await lookups.RemoveExpiredAsync(cancellation);
        await claims.RemoveExpiredAsync(cancellation);
        Log.Removed(logger, lines, details, ended);
    }

    private DateTimeOffset Before(string setting, int otherwise) =>
        time.GetUtcNow().AddDays(-(int.TryParse(configuration[setting], out var days) && days > 0 ? days : otherwise));

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Took away {Lines} lines of integration logs, {Details} details of calls and {Runs} runs.")]
        public static partial void Removed(ILogger logger, int lines, int details, int runs);
    }
}
