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
    private readonly ILogger log = loggers.CreateLogger("Host.Triggers.Timer");
    private readonly Dictionary<string, TimerLoop> timers = [];
    private readonly CancellationTokenSource stop = new();
    private Task working = Task.CompletedTask;

    public Type TriggerAttribute => typeof(TimerTriggerAttribute);

    /// <exception cref="InvalidOperationException">There are timers and no AzureWebJobsStorage.</exception>
    public Task StartAsync(IReadOnlyList<FunctionDescriptor> functions, CancellationToken cancellation)
    {
        foreach (var function in functions)
        {
            try
            {
                var schedule = TimerSchedule.Parse(hostJson.Expand(((TimerTriggerAttribute)function.Trigger).Schedule));
                timers[function.Name] = new TimerLoop(function, schedule, lease, store, invoker, time, log);
                var occurrences = schedule.NextFive(time.GetUtcNow().UtcDateTime).Select(due => due.ToString("MM/dd/yyyy HH:mm:ss'Z'"));
                Log.Occurrences(log, function.Name, schedule, string.Join(Environment.NewLine, occurrences));
            }
            catch (Exception exception) when (exception is InvalidOperationException or FormatException)
            {
                log.CannotIndex(function, exception.Message);
            }
        }

        if (timers.Count == 0) return Task.CompletedTask;
        connections.Get(StorageConnections.Default);
        working = Task.Run(WorkAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellation)
    {
        await stop.CancelAsync();
        await working;
    }

    public void Dispose() => stop.Dispose();

    public TriggerInvocation ForManualRun(FunctionDescriptor function, string input)
        => timers.TryGetValue(function.Name, out var timer)
            ? timer.ForManualRun(status: null)
            : new TriggerInvocation(new TimerInfo(), new Dictionary<string, object?>());

    private async Task WorkAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (await lease.TryAcquireAsync(stop.Token)) await RunWhileHeldAsync();
                else await Task.Delay(TimerLease.Rhythm, time, stop.Token);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // The host stops.
            }
            catch (Exception exception)
            {
                Log.NoLease(log, exception);
                await Task.Delay(TimerLease.Rhythm, time, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task RunWhileHeldAsync()
    {
        using var held = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
        var running = Task.WhenAll(timers.Values.Select(timer => timer.RunAsync(held.Token)));
        try
        {
            while (!running.IsCompleted && await StillHeldAsync())
                await Task.WhenAny(running, Task.Delay(TimerLease.Rhythm, time, stop.Token));
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
            return await lease.RenewAsync(CancellationToken.None);
        }
        catch (Exception exception)
        {
            // The service may be back before the lease runs out.
            Log.NoLease(log, exception);
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
