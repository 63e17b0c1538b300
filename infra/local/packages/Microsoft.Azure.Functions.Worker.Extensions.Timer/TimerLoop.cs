using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>
/// Runs one timer function when it is due, for as long as this process holds its lease. Runs never overlap; times that were missed
/// meanwhile collapse into one run at once.
/// </summary>
internal sealed partial class TimerLoop(
    FunctionDescriptor function,
    TimerSchedule schedule,
    TimerLease lease,
    ScheduleStore store,
    IFunctionInvoker invoker,
    TimeProvider time,
    ILogger log)
{
    // Waits are cut, so that a clock that jumps is noticed.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);
    private readonly TimerTriggerAttribute _trigger = (TimerTriggerAttribute)function.Trigger;
    private readonly RetryPolicy? _retry = RetryPolicy.Of(function.Method);
    private bool _hasStarted;

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    /// <summary>Returns when the token fires or the lease is lost; a run that has begun comes to its end first.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            var isMonitored = _trigger.UseMonitor && schedule.CanBeMonitored(Now);
            var status = await BeginAsync(isMonitored, stop);
            // A process that was paused may have lost the lease without knowing: another one runs this time.
            while (await WaitUntilAsync(status.Next, stop) && lease.IsHeld) status = await FireAsync(status, isMonitored, isPastDue: false, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The host stops, or another process has the timer now.
        }
    }

    /// <summary>What a run by hand is given: the schedule as it is kept, whoever holds the timer.</summary>
    public async Task<TriggerInvocation> ForManualRunAsync(CancellationToken cancellation)
    {
        var status = _trigger.UseMonitor && schedule.CanBeMonitored(Now) ? await store.ReadAsync(function, cancellation) : null;
        return Invocation(function, new TimerInfo { ScheduleStatus = status }, Now);
    }

    public static TriggerInvocation Invocation(FunctionDescriptor function, TimerInfo info, DateTime now, RetryContext? attempt = null)
    {
        object value = function.TriggerParameter.ParameterType == typeof(TimerInfo) ? info : TimerJson.Of(info);
        return new TriggerInvocation(
            value,
            new Dictionary<string, object?> { ["TimerTrigger"] = now.ToString() },
            context =>
            {
                if (attempt is not null) context.Features.Set(attempt);
            });
    }

    private async Task<ScheduleStatus> BeginAsync(bool isMonitored, CancellationToken stop)
    {
        var kept = isMonitored ? await ReadAsync(stop) : null;
        var now = Now;
        if (kept is not null && now > kept.Next && schedule.Made(kept))
        {
            Log.PastDue(log, function.Name);
            _hasStarted = true;
            return await FireAsync(kept, isMonitored, isPastDue: true, stop);
        }

        // A time that another schedule set is not a missed one, and that schedule's runs are not of this one.
        var status = kept is not null && schedule.Made(kept) ? kept : new ScheduleStatus { Next = schedule.Next(now) };
        if (isMonitored && status != kept) await KeepAsync(status);
        // To get a lost lease back is no start.
        var isStartup = _trigger.RunOnStartup && !_hasStarted;
        _hasStarted = true;
        return isStartup ? await FireAsync(status, isMonitored, isPastDue: false, stop) : status;
    }

    private async Task<ScheduleStatus?> ReadAsync(CancellationToken stop)
    {
        while (true)
        {
            try
            {
                return await store.ReadAsync(function, stop);
            }
            catch (Exception exception) when (!stop.IsCancellationRequested)
            {
                Log.NotRead(log, exception, function.Name);
                await Task.Delay(TimerLease.Rhythm, time, stop);
            }
        }
    }

    private async Task<ScheduleStatus> FireAsync(ScheduleStatus status, bool isMonitored, bool isPastDue, CancellationToken stop)
    {
        var began = Now;
        await InvokeAsync(new TimerInfo { ScheduleStatus = isMonitored ? status : null, IsPastDue = isPastDue }, stop);
        var next = new ScheduleStatus { Last = began, Next = schedule.Next(began), LastUpdated = began };
        if (isMonitored) await KeepAsync(next);
        return next;
    }

    private async Task InvokeAsync(TimerInfo info, CancellationToken stop)
    {
        try
        {
            if (_retry is null) await RunToItsEndAsync(info, attempt: null);
            else await _retry.RunAsync(attempt => RunToItsEndAsync(info, attempt), time, stop);
        }
        catch (Exception)
        {
            // The run has logged it; the schedule goes on.
        }
    }

    private async Task RunToItsEndAsync(TimerInfo info, RetryContext? attempt)
    {
        try
        {
            await invoker.InvokeAsync(function, Invocation(function, info, Now, attempt), CancellationToken.None);
        }
        catch (FunctionStoppedException stopped)
        {
            // One that does not listen goes on, and runs never overlap.
            await stopped.Ended.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    private async Task KeepAsync(ScheduleStatus status)
    {
        try
        {
            await store.WriteAsync(function, status, CancellationToken.None);
        }
        catch (Exception exception)
        {
            Log.NotKept(log, exception, function.Name);
        }
    }

    private async Task<bool> WaitUntilAsync(DateTime due, CancellationToken stop)
    {
        while (due - Now is var wait && wait > TimeSpan.Zero) await Task.Delay(wait < LongestWait ? wait : LongestWait, time, stop);
        return !stop.IsCancellationRequested;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Function '{Function}' is past due on startup. Executing now.")]
        public static partial void PastDue(ILogger logger, string function);

        [LoggerMessage(2, LogLevel.Warning, "The schedule of '{Function}' could not be read; it is tried again.")]
        public static partial void NotRead(ILogger logger, Exception exception, string function);

        [LoggerMessage(3, LogLevel.Warning, "The schedule of '{Function}' could not be kept; a restart may run it again.")]
        public static partial void NotKept(ILogger logger, Exception exception, string function);
    }
}
