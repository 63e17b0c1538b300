namespace SyncFunctions.Connectors.Tests;

/// <summary>
/// A clock that waits by moving on: a wait is noted and over at once. Time-outs of requests, which all have the length given here or
/// more, happen only when a test moves the clock past them.
/// </summary>
internal sealed class FakeTime(DateTimeOffset now, TimeSpan timeOut) : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<Timer> _timeOuts = [];
    private readonly List<TimeSpan> _waits = [];
    private DateTimeOffset _now = now;

    public FakeTime() : this(new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero), TimeSpan.FromSeconds(30))
    {
    }

    public IReadOnlyList<TimeSpan> Waits
    {
        get
        {
            lock (_gate)
                return [.. _waits];
        }
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
            return _now;
    }

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    public void Advance(TimeSpan time)
    {
        Timer[] due;
        lock (_gate)
        {
            _now += time;
            due = [.. _timeOuts.Where(timer => timer.Due <= _now)];
            _timeOuts.RemoveAll(due.Contains);
        }

        foreach (var timer in due)
            timer.Fire();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    private void Start(Timer timer, TimeSpan due)
    {
        lock (_gate)
        {
            _timeOuts.Remove(timer);
            if (due == Timeout.InfiniteTimeSpan)
                return;
            timer.Due = _now + due;
            if (due >= timeOut)
            {
                _timeOuts.Add(timer);
                return;
            }

            _waits.Add(due);
            _now += due;
        }

        ThreadPool.QueueUserWorkItem(_ => timer.Fire());
    }

    private void Stop(Timer timer)
    {
        lock (_gate)
            _timeOuts.Remove(timer);
    }

    private sealed class Timer(FakeTime time, Action fire) : ITimer
    {
        public DateTimeOffset Due { get; set; }

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            time.Start(this, dueTime);
            return true;
        }

        public void Dispose() => time.Stop(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
