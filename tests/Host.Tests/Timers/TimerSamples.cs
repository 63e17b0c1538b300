using Microsoft.Azure.Functions.Worker;

namespace SyncFunctions.Host.Tests.Timers;

public sealed class EverySecond(Recorder recorder)
{
    [Function("EverySecond")]
    public void Run([TimerTrigger("* * * * * *")] TimerInfo timer) => recorder.Say((DateTime.UtcNow, timer));
}

public sealed class Hourly(Recorder recorder)
{
    [Function("Hourly")]
    public void Run([TimerTrigger("0 0 * * * *")] TimerInfo timer) => recorder.Say(timer);
}

public sealed class HourlyUnmonitored(Recorder recorder)
{
    [Function("Hourly")]
    public void Run([TimerTrigger("0 0 * * * *", UseMonitor = false, RunOnStartup = true)] TimerInfo timer) => recorder.Say(timer);
}

public sealed class AtStart(Recorder recorder)
{
    [Function("AtStart")]
    public void Run([TimerTrigger("%Schedule%", RunOnStartup = true)] TimerInfo timer) => recorder.Say(timer);
}

public sealed class Slow(Recorder recorder)
{
    [Function("Slow")]
    public async Task Run([TimerTrigger("* * * * * *")] TimerInfo timer, CancellationToken cancellation)
    {
        recorder.Say("begin");
        await recorder.PassGateAsync(cancellation);
        recorder.Say("end");
    }
}

public sealed class Retried(Recorder recorder)
{
    [Function("Retried")]
    [FixedDelayRetry(2, "00:00:00.050")]
    public void Run([TimerTrigger("0 0 * * * *", RunOnStartup = true)] TimerInfo timer, FunctionContext context)
    {
        recorder.Say((context.RetryContext.RetryCount, context.RetryContext.MaxRetryCount));
        throw new InvalidOperationException("again");
    }
}

public sealed class Failing(Recorder recorder)
{
    [Function("Failing")]
    public void Run([TimerTrigger("0 0 * * * *", RunOnStartup = true)] string timer, string timerTrigger)
    {
        recorder.Say(timer);
        recorder.Say(timerTrigger);
        throw new InvalidOperationException("on purpose");
    }
}

public sealed class Deaf(Recorder recorder)
{
    [Function("Deaf")]
    public async Task Run([TimerTrigger("* * * * * *")] TimerInfo timer)
    {
        recorder.Say("begin");
        await recorder.PassGateAsync(CancellationToken.None);
        recorder.Say("end");
    }
}

public sealed class Broken
{
    [Function("Broken")]
    public void NoCron([TimerTrigger("not a cron")] TimerInfo timer) => ArgumentNullException.ThrowIfNull(timer);

    [Function("Impatient")]
    [FixedDelayRetry(2, "soon")]
    public void NoDelay([TimerTrigger("0 0 * * * *")] TimerInfo timer) => ArgumentNullException.ThrowIfNull(timer);

    [Function("Unset")]
    public void NoSetting([TimerTrigger("%NoSuchSetting%")] TimerInfo timer) => ArgumentNullException.ThrowIfNull(timer);
}
