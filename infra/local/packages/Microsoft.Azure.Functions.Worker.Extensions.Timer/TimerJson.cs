using System.Text.Json;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>A timer as text, for a function that takes it as a string or as a type of its own: the members of the genuine host.</summary>
internal static class TimerJson
{
    public static string Of(TimerInfo info) => JsonSerializer.Serialize(new
    {
        Schedule = new { AdjustForDST = true },
        ScheduleStatus = info.ScheduleStatus is { } status ? KeptStatus.Of(status) : null,
        info.IsPastDue,
    });
}

/// <summary>The status of a schedule as it is kept and shown; times are written with their offset.</summary>
internal sealed record KeptStatus(DateTimeOffset Last, DateTimeOffset Next, DateTimeOffset LastUpdated)
{
    public static KeptStatus Of(ScheduleStatus status) => new(Utc(status.Last), Utc(status.Next), Utc(status.LastUpdated));

    public ScheduleStatus ToStatus() => new() { Last = Last.UtcDateTime, Next = Next.UtcDateTime, LastUpdated = LastUpdated.UtcDateTime };

    private static DateTimeOffset Utc(DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));
}
