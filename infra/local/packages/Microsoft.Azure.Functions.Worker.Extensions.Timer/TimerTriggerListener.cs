using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>Runs the timers of the app in the one process that holds the lease.</summary>
internal sealed partial class TimerTriggerListener(
    TimerLease lease,
    ScheduleStore store,
    HostJson hostJson,
    StorageConnections connections,
    IFunctionInvoker invoker,
    TimeProvider time,
    ILoggerFactory loggers) : ITriggerListener, IManualTrigger, IDisposable
{
    private readonly ILogger _log = loggers.CreateLogger("Host.Triggers.Timer");
    private readonly Dictionary<string, TimerLoop> _timers = [];
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
                _timers[function.Name] = new TimerLoop(function, schedule, lease, store, invoker, time, _log);
                var occurrences = schedule.NextFive(time.GetUtcNow().UtcDateTime).Select(due => due.ToString("MM/dd/yyyy HH:mm:ss'Z'"));
                Log.Occurrences(_log, function.Name, schedule, string.Join(Environment.NewLine, occurrences));
            }
            catch (Exception exception) when (exception is InvalidOperationException or FormatException)
            {
                _log.CannotIndex(function, exception.Message);
            }
        }

        if (_timers.Count == 0) return Task.CompletedTask;
        connections.Get(StorageConnections.Default);
        _working = Task.Run(WorkAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellation)
    {
        await _stop.CancelAsync();
        await _working;
    }

    public void Dispose() => _stop.Dispose();

    public TriggerInvocation ForManualRun(FunctionDescriptor function, string input)
        => _timers.TryGetValue(function.Name, out var timer)
            ? timer.ForManualRun(status: null)
            : new TriggerInvocation(new TimerInfo(), new Dictionary<string, object?>());

    private async Task WorkAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                if (await lease.TryAcquireAsync(_stop.Token)) await RunWhileHeldAsync();
                else await Task.Delay(TimerLease.Rhythm, time, _stop.Token);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                // The host stops.
            }
            catch (Exception exception)
            {
                Log.NoLease(_log, exception);
                await Task.Delay(TimerLease.Rhythm, time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task RunWhileHeldAsync()
    {
        using var held = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        var running = Task.WhenAll(_timers.Values.Select(timer => timer.RunAsync(held.Token)));
        try
        {
            while (!running.IsCompleted && await StillHeldAsync())
                await Task.WhenAny(running, Task.Delay(TimerLease.Rhythm, time, _stop.Token));
        }
        finally
        {
            await held.CancelAsync();
            // Runs that have begun come to their end under the lease.
            while (await Task.WhenAny(running, Task.Delay(TimerLease.Rhythm, time)) != running) await StillHeldAsync();
            await lease.ReleaseAsync();
        }
    }

    private async Task<bool> StillHeldAsync()
    {
        try
        {
            using var patience = new CancellationTokenSource(TimerLease.Rhythm, time);
            return await lease.RenewAsync(patience.Token);
        }
        catch (Exception exception)
        {
            // The service may be back before the lease runs out.
            Log.NoLease(_log, exception);
            return lease.IsHeld;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The next 5 occurrences of the '{Function}' schedule ({Schedule}) will be:\n{Occurrences}")]
        public static partial void Occurrences(ILogger logger, string function, TimerSchedule schedule, string occurrences);

        [LoggerMessage(2, LogLevel.Warning, "The lease of the timers could not be taken or renewed; it is tried again.")]
        public static partial void NoLease(ILogger logger, Exception exception);
    }
}
