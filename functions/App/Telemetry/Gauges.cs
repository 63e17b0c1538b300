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
/// Reads what nothing counts as it happens: a few storage operations a minute, however many flows there are. A minute looks at the queues
/// and at the next flows in turn; what they had when they were last looked at is told for the rest.
/// </summary>
public sealed partial class Gauges(
    SyncMetrics metrics, TenantStore tenants, FlowStore flows, ConnectionStore connections, LinkStore links, AppQueues queues, CallBudgets budgets, Systems systems, SystemSettings settings, PairCatalog pairs, TimeProvider time, ILogger<Gauges> log) : BackgroundService
{
    private const int FlowsAtOnce = 2;

    /// <summary>More dead letters of a kind are told as so many.</summary>
    private const int MostCounted = 500;

    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    private readonly Queue<TenantId> _tenants = [];
    private readonly Queue<Flow> _flows = [];
    private readonly HashSet<FlowKey> _seen = [];
    private readonly Dictionary<FlowKey, (bool Reconnect, DateTimeOffset? Since)> _known = [];

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
        if (_flows.Count == 0 && _tenants.Count == 0) await BeginRoundAsync(cancellation);
        for (var looks = 0; looks < FlowsAtOnce && await NextAsync(cancellation) is { } flow; looks++) await LookAsync(flow, cancellation);
        metrics.Reconnect(_known.Values.Count(known => known.Reconnect));
        metrics.Oldest(_known.Values.Min(known => known.Since) is { } since ? time.GetUtcNow() - since : TimeSpan.Zero);
    }

    /// <summary>With the tenants that there are; what the round before did not find any more is forgotten.</summary>
    private async Task BeginRoundAsync(CancellationToken cancellation)
    {
        foreach (var gone in _known.Keys.Except(_seen).ToList()) _known.Remove(gone);
        _seen.Clear();
        foreach (var tenant in await tenants.ListAsync(cancellation)) _tenants.Enqueue(tenant.Id);
    }

    /// <returns>Null at the end of a round, or where the next tenants have no flow.</returns>
    private async Task<Flow?> NextAsync(CancellationToken cancellation)
    {
        for (var asked = 0; _flows.Count == 0 && asked < FlowsAtOnce && _tenants.TryDequeue(out var tenant); asked++)
        {
            foreach (var flow in await flows.ListAsync(tenant, cancellation)) _flows.Enqueue(flow.Value);
        }

        return _flows.TryDequeue(out var next) ? next : null;
    }

    private async Task LookAsync(Flow flow, CancellationToken cancellation)
    {
        if (await flows.LoadAsync(flow.Key, cancellation) is not { } state) return;
        var used = (await connections.GetAllAsync(flow.Key.Tenant, [flow.Left, flow.Right], cancellation)).Select(connection => connection.Value).ToList();
        var runs = Enum.GetValues<Lane>().Select(lane => state.Guard(lane)?.Value).Where(guard => guard is { Run: not null, Paused: false } && guard.Status is RunStatus.InQueue or RunStatus.Syncing);
        _seen.Add(flow.Key);
        _known[flow.Key] = (flow.Enabled && used.Exists(connection => connection.Health == ConnectionHealth.Expired), runs.Min(guard => guard?.Since));
        foreach (var connection in used)
        {
            var catalog = systems[connection.System].Catalog;
            if (CallBudgets.DailyLimit(catalog, settings.Of(catalog, connection)) is { } limit) metrics.Remaining(flow.Key, connection.System, Math.Max(0, limit - await budgets.UsedTodayAsync(connection.Tenant, connection.Id, cancellation)));
        }

        foreach (var kind in pairs[flow.Pair].Kinds.Where(kind => flow.Settings.Kind(kind.Name).Enabled))
            metrics.DeadLetters(flow.Key, kind.Name, (await links.WorkPageAsync(new LinkScope(flow.Key, kind.Name), WorkReason.Dead, continuation: null, MostCounted, cancellation)).Items.Count);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Figures for the metrics could not be read; they are with the next ones.")]
        public static partial void NotRead(ILogger log, Exception exception);
    }
}
