using Azure;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SyncFunctions.App.Telemetry;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>
/// Counts in memory what goes over, and writes it about once a minute, a flow at a time, so that a change costs no storage operation. What a
/// process that dies had counted since then is missing from the figures: they are for people to look at, nothing is decided by them.
/// </summary>
public sealed partial class ActivityCounter(ActivityStore store, SyncMetrics metrics, IdSource ids, TimeProvider time, ILogger<ActivityCounter> log) : BackgroundService
{
    private static readonly TimeSpan WriteEvery = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<(FlowKey Flow, DateTimeOffset Hour), ActivityHour> _hours = [];
    private readonly HashSet<(FlowKey Flow, DateTimeOffset Hour)> _unwritten = [];
    private string? _instance;

    /// <summary>Never waits and never fails: it is called in the middle of changes.</summary>
    /// <param name="took">From the change to its arrival; null where that says nothing about the pace of the flow.</param>
    public void Note(FlowKey flow, string kind, Side target, Crossing way, TimeSpan? took)
    {
        metrics.Crossed(flow, kind, way, took);

        // Nobody would write it.
        if (ExecuteTask is null) return;
        var key = (flow, ActivityHour.Of(time.GetUtcNow()));
        lock (_gate)
        {
            _instance ??= ids.NewStamp();
            var hour = _hours.GetValueOrDefault(key) ?? new ActivityHour(key.Item2, _instance, []);
            _hours[key] = hour.Plus(kind, target, way, took);
            _unwritten.Add(key);
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await WriteAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(WriteEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken)) await WriteAsync(stoppingToken);
    }

    /// <summary>One operation for every flow that had changes since the last time.</summary>
    internal async Task WriteAsync(CancellationToken cancellation)
    {
        foreach (var flow in Take().GroupBy(item => item.Flow, item => item.Hour))
        {
            try
            {
                await store.PutAsync(flow.Key, [.. flow], cancellation);
            }
            catch (RequestFailedException exception)
            {
                // The next time writes all of it.
                lock (_gate) _unwritten.UnionWith(flow.Select(hour => (flow.Key, hour.Hour)).Where(_hours.ContainsKey));
                Log.NotWritten(log, exception);
            }
        }
    }

    /// <summary>What is to be written. Of hours that are over nothing is kept that was written.</summary>
    private List<(FlowKey Flow, ActivityHour Hour)> Take()
    {
        var now = ActivityHour.Of(time.GetUtcNow());
        lock (_gate)
        {
            foreach (var over in _hours.Keys.Where(key => key.Hour < now && !_unwritten.Contains(key)).ToList()) _hours.Remove(over);
            var taken = _unwritten.Select(key => (key.Flow, _hours[key])).ToList();
            _unwritten.Clear();
            return taken;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Activity figures could not be written; they will be with the next ones.")]
        public static partial void NotWritten(ILogger log, Exception exception);
    }
}
