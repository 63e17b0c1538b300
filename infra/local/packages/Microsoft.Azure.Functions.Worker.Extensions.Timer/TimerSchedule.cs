using NCrontab;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>When a timer is due: by an NCRONTAB expression of five or six fields, or at a fixed interval.</summary>
internal abstract class TimerSchedule
{
    private static readonly TimeSpan ShortestMonitored = TimeSpan.FromMinutes(1);

    /// <summary>The first time after <paramref name="time"/>.</summary>
    public abstract DateTime Next(DateTime time);

    /// <summary>Whether the kept times are of this schedule, and not of one that the function had before.</summary>
    public bool Made(ScheduleStatus kept) => kept.Last == default ? CanBe(kept.Next) : Next(kept.Last) == kept.Next;

    public IEnumerable<DateTime> NextFive(DateTime time)
    {
        for (var i = 0; i < 5; i++) yield return time = Next(time);
    }

    /// <summary>Schedules that come more often than once a minute have no monitor.</summary>
    public bool CanBeMonitored(DateTime now)
    {
        var times = NextFive(now).ToList();
        return times.Zip(times.Skip(1)).All(pair => pair.Second - pair.First >= ShortestMonitored);
    }

    /// <exception cref="InvalidOperationException">It is neither; the message is the genuine host's.</exception>
    public static TimerSchedule Parse(string expression)
    {
        var fields = expression.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Length;
        if (fields is 5 or 6 && CrontabSchedule.TryParse(expression, new CrontabSchedule.ParseOptions { IncludingSeconds = fields == 6 }) is { } cron)
            return new Cron(cron);
        if (TimeSpan.TryParse(expression, out var interval) && interval > TimeSpan.Zero) return new Interval(interval);
        throw new InvalidOperationException($"The schedule expression '{expression}' was not recognized as a valid cron expression or timespan string.");
    }

    /// <summary>Whether it may come at that time.</summary>
    protected abstract bool CanBe(DateTime time);

    private sealed class Cron(CrontabSchedule schedule) : TimerSchedule
    {
        public override DateTime Next(DateTime time) => schedule.GetNextOccurrence(time);

        protected override bool CanBe(DateTime time) => Next(time.AddSeconds(-1)) == time;

        public override string ToString() => $"Cron: '{schedule}'";
    }

    private sealed class Interval(TimeSpan interval) : TimerSchedule
    {
        public override DateTime Next(DateTime time) => time + interval;

        // It counts from whenever the app started.
        protected override bool CanBe(DateTime time) => true;

        public override string ToString() => $"Constant: {interval}";
    }
}
