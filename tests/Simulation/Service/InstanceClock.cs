using SyncFunctions.Simulation.Time;

namespace SyncFunctions.Simulation.Service;

/// <summary>The clock of one instance: wrong by some minutes; its timers die with it, and wait while it is paused.</summary>
internal sealed class InstanceClock(AppInstance instance, SimulatedClock clock, TimeSpan offset) : TimeProvider
{
    public override long TimestampFrequency => clock.TimestampFrequency;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() => clock.Now + offset;

    public override long GetTimestamp() => clock.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        clock.CreateTimer(_ => Fire(callback, state), null, dueTime, period);

    private void Fire(TimerCallback callback, object? state)
    {
        if (instance.IsDead) return;
        if (!instance.IsPaused)
        {
            callback(state);
            return;
        }

        instance.OnResume(() => callback(state));
    }
}
