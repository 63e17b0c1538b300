using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <param name="By">How long a step is. Days are those of UTC.</param>
/// <param name="Items">The steps in which something went over, the oldest first.</param>
public sealed record ActivityView(DateTimeOffset From, DateTimeOffset To, ActivityStep By, IReadOnlyList<ActivityPoint> Items, ActivityTotal Total)
{
    /// <param name="hours">As the instances of the app counted them.</param>
    public static ActivityView Of(DateTimeOffset from, DateTimeOffset to, ActivityStep by, IReadOnlyList<ActivityHour> hours) => new(
        from,
        to,
        by,
        [.. hours.GroupBy(hour => Begin(by, hour.Hour)).OrderBy(step => step.Key).Select(step => new ActivityPoint(step.Key, ActivityTotal.Of(step)))],
        ActivityTotal.Of(hours));

    public static DateTimeOffset Begin(ActivityStep by, DateTimeOffset time) => by == ActivityStep.Hour ? ActivityHour.Of(time) : new DateTimeOffset(time.UtcDateTime.Date, TimeSpan.Zero);

    public static DateTimeOffset End(ActivityStep by, DateTimeOffset time) =>
        Begin(by, time) is var begin && begin == time ? time.ToUniversalTime() : begin + (by == ActivityStep.Hour ? TimeSpan.FromHours(1) : TimeSpan.FromDays(1));
}

/// <param name="At">When the step begins.</param>
public sealed record ActivityPoint(DateTimeOffset At, ActivityTotal Total);

/// <param name="Archived">Archived, or deleted.</param>
/// <param name="Measured">Of how many it is known how long they took: those that went over by themselves, not by an import or by hand.</param>
/// <param name="P50Seconds">Half of those took no longer, from the change (or from when it was noticed, where the system does not tell) to its arrival.</param>
/// <param name="P95Seconds">95 % of those took no longer.</param>
public sealed record ActivityTotal(int Created, int Updated, int Archived, int Measured, double? P50Seconds, double? P95Seconds, IReadOnlyList<ActivityOfKind> Kinds)
{
    public static ActivityTotal Of(IEnumerable<ActivityHour> hours)
    {
        var counts = hours.SelectMany(hour => hour.Counts).GroupBy(count => (count.Kind, count.Target)).Select(kind => kind.Aggregate((a, b) => a + b)).ToList();
        var took = counts.Aggregate(Delays.None, (sum, kind) => Delays.Plus(sum, kind.Took));
        return new ActivityTotal(
            counts.Sum(kind => kind.Created),
            counts.Sum(kind => kind.Updated),
            counts.Sum(kind => kind.Archived),
            took.Sum(),
            Delays.Within(took, 0.5),
            Delays.Within(took, 0.95),
            [.. counts.OrderBy(kind => kind.Kind, StringComparer.Ordinal).ThenBy(kind => kind.Target).Select(kind => new ActivityOfKind(kind.Kind, kind.Target, kind.Created, kind.Updated, kind.Archived))]);
    }
}

/// <param name="To">The side that they went to.</param>
public sealed record ActivityOfKind(string Kind, Side To, int Created, int Updated, int Archived);
