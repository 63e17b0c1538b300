namespace SyncFunctions.Simulation.Time;

/// <summary>
/// Virtual time: it stands still until somebody moves it, and then fires what became due, in the order of the due times, on the
/// mover's thread.
/// </summary>
public sealed class SimulatedClock(DateTimeOffset start) : TimeProvider
{
    private readonly PriorityQueue<Timer, (DateTimeOffset, long)> _timers = new();
    private long _made;

    public DateTimeOffset Now { get; private set; } = start;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>When the next timer is due; null where there is none.</summary>
    public DateTimeOffset? NextDue
    {
        get
        {
            while (_timers.TryPeek(out var timer, out var due))
            {
                if (timer.DueAt == due.Item1) return due.Item1;
                _timers.Dequeue();
            }

            return null;
        }
    }

    public override DateTimeOffset GetUtcNow() => Now;

    public override long GetTimestamp() => Now.UtcTicks;

    /// <summary>Moves on to that time, timer by timer.</summary>
    public void MoveTo(DateTimeOffset until)
    {
        while (NextDue is { } due && due <= until)
        {
            var timer = _timers.Dequeue();
            if (due > Now) Now = due;
            timer.Fire();
        }

        if (until > Now) Now = until;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class Timer(SimulatedClock clock, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;

        public DateTimeOffset? DueAt { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _period = period;
            Schedule(dueTime);
            return true;
        }

        public void Fire()
        {
            Schedule(_period > TimeSpan.Zero ? _period : Timeout.InfiniteTimeSpan);
            callback(state);
        }

        public void Dispose() => DueAt = null;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Schedule(TimeSpan after)
        {
            DueAt = after == Timeout.InfiniteTimeSpan || after > TimeSpan.FromDays(10_000) ? null : clock.Now + after;
            if (DueAt is { } due) clock._timers.Enqueue(this, (due, clock._made++));
        }
    }
}
