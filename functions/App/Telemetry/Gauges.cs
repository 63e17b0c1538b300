using Azure;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SyncFunctions.App.Connections;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.Pairs;
using SyncFunctions.State;

namespace SyncFunctions.App.Telemetry;

/// <summary>
/// Reads what nothing counts as it happens. Each minute all poison queues, connections and runs, by a query a table, and of the flows as many in turn
/// as that each is looked at within the hour: what a flow has given up, and the calls that it may still make, take operations of their own.
/// </summary>
public sealed partial class Gauges(
    SyncMetrics metrics, FlowStore flows, ConnectionStore connections, LinkStore links, AppQueues queues, CallBudgets budgets, Systems systems, SystemSettings settings, PairCatalog pairs, TimeProvider time, ILogger<Gauges> log) : BackgroundService
{
    /// <summary>Minutes until each flow was looked at.</summary>
    private const int Round = 60;

    private const int LeastAtOnce = 4;

    /// <summary>More dead letters of a kind are told as so many.</summary>
    private const int MostCounted = 500;

    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    private readonly HashSet<FlowKey> _looked = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        do
        {
            try
            {
                await RefreshAsync(stoppingToken);
            }
            catch (RequestFailedException exception)
            {
                Log.NotRead(log, exception);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    internal async Task RefreshAsync(CancellationToken cancellation)
    {
        foreach (var (queue, messages) in await queues.PoisonAsync(cancellation)) metrics.Poison(queue, messages);
        var (all, since) = await flows.ListAllAsync(cancellation);
        var expired = await connections.ListExpiredAsync(cancellation);
        metrics.Oldest(since is { } began ? time.GetUtcNow() - began : TimeSpan.Zero);
        metrics.Reconnect(all.Count(flow => flow.Enabled && (expired.Contains((flow.Key.Tenant, flow.Left)) || expired.Contains((flow.Key.Tenant, flow.Right)))));
        foreach (var flow in Next(all)) await LookAsync(flow, cancellation);
    }

    /// <summary>Those whose turn it is: a round ends when all there are had theirs.</summary>
    private List<Flow> Next(IReadOnlyList<Flow> all)
    {
        if (all.All(flow => _looked.Contains(flow.Key))) _looked.Clear();
        var next = all.Where(flow => !_looked.Contains(flow.Key)).Take(Math.Max(LeastAtOnce, (all.Count + Round - 1) / Round)).ToList();
        _looked.UnionWith(next.Select(flow => flow.Key));
        return next;
    }

    private async Task LookAsync(Flow flow, CancellationToken cancellation)
    {
        // Made by a later version, or with a manifest that was taken away: it must not end the app.
        if (pairs.Find(flow.Pair) is not { } pair) return;
        var used = (await connections.GetAllAsync(flow.Key.Tenant, [flow.Left, flow.Right], cancellation)).Select(connection => connection.Value);
        foreach (var connection in used)
        {
            if (systems.Find(connection.System)?.Catalog is { } catalog && CallBudgets.DailyLimit(catalog, settings.Of(catalog, connection)) is { } limit) metrics.Remaining(flow.Key, connection.System, Math.Max(0, limit - await budgets.UsedTodayAsync(connection.Tenant, connection.Id, cancellation)));
        }

        foreach (var kind in pair.Kinds.Where(kind => flow.Settings.Kind(kind.Name).Enabled))
            metrics.DeadLetters(flow.Key, kind.Name, (await links.WorkPageAsync(new LinkScope(flow.Key, kind.Name), WorkReason.Dead, continuation: null, MostCounted, cancellation)).Items.Count);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Figures for the metrics could not be read; they are with the next ones.")]
        public static partial void NotRead(ILogger log, Exception exception);
    }
}
