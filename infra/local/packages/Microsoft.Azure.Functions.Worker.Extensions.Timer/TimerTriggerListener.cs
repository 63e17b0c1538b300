using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>Runs the timers of the app, each in the one process that holds its lease.</summary>
internal sealed partial class TimerTriggerListener(
    HostBlobs blobs,
    ScheduleStore store,
    HostJson hostJson,
    FunctionCatalog catalog,
    StorageConnections connections,
    IConfiguration configuration,
    IFunctionInvoker invoker,
    TimeProvider time,
    ILoggerFactory loggers) : ITriggerListener, IManualTrigger, IDisposable
{
    private readonly ILogger _log = loggers.CreateLogger("Host.Triggers.Timer");
    private readonly Dictionary<string, LeasedTimer> _timers = [];
    private readonly CancellationTokenSource _stop = new();
    private Task _working = Task.CompletedTask;

    public Type TriggerAttribute => typeof(TimerTriggerAttribute);

    /// <exception cref="InvalidOperationException">There are timers and no AzureWebJobsStorage.</exception>
    public Task StartAsync(IReadOnlyList<FunctionDescriptor> functions, CancellationToken cancellation)
    {
        foreach (var function in functions)
        {
            try
            {
                var schedule = TimerSchedule.Parse(hostJson.Expand(((TimerTriggerAttribute)function.Trigger).Schedule));
                var lease = new TimerLease(blobs, function, time);
                _timers[function.Name] = new LeasedTimer(new TimerLoop(function, schedule, lease, store, invoker, time, _log), lease, time, _log);
                var occurrences = schedule.NextFive(time.GetUtcNow().UtcDateTime).Select(due => due.ToString("MM/dd/yyyy HH:mm:ss'Z'"));
                Log.Occurrences(_log, function.Name, schedule, string.Join(Environment.NewLine, occurrences));
            }
            catch (Exception exception) when (exception is InvalidOperationException or FormatException)
            {
                catalog.CannotIndex(function, exception.Message);
            }
        }

        if (_timers.Count == 0) return Task.CompletedTask;
        if (configuration["WEBSITE_TIME_ZONE"] is { Length: > 0 } zone) Log.NoTimeZone(_log, zone);
        connections.Get(StorageConnections.Default);
        _working = Task.WhenAll(_timers.Values.Select(timer => Task.Run(() => timer.RunAsync(_stop.Token), CancellationToken.None)));
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellation)
    {
        await _stop.CancelAsync();
        await _working;
    }

    public void Dispose() => _stop.Dispose();

    public Task<TriggerInvocation> ForManualRunAsync(FunctionDescriptor function, string input, CancellationToken cancellation)
        => _timers.TryGetValue(function.Name, out var timer)
            ? timer.ForManualRunAsync(cancellation)
            : Task.FromResult(TimerLoop.Invocation(function, new TimerInfo(), time.GetUtcNow().UtcDateTime));

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The next 5 occurrences of the '{Function}' schedule ({Schedule}) will be:\n{Occurrences}")]
        public static partial void Occurrences(ILogger logger, string function, TimerSchedule schedule, string occurrences);

        [LoggerMessage(2, LogLevel.Warning, "WEBSITE_TIME_ZONE is '{Zone}', which has no effect: schedules are in UTC.")]
        public static partial void NoTimeZone(ILogger logger, string zone);
    }
}
