using System.Globalization;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Embedded;

namespace SyncFunctions.Host.Tests.Timers;

public sealed class TimerScheduleTests
{
    private static readonly DateTime Start = Utc("2026-11-21T20:30:07Z");

    [Theory]
    [InlineData("*/1 * * * *", "20:31:00", "20:32:00")]
    [InlineData("0 * * * * *", "20:31:00", "20:32:00")]
    [InlineData("*/10 * * * * *", "20:30:10", "20:30:20")]
    [InlineData("*/25 * * * * *", "20:30:25", "20:30:50")]
    [InlineData("00:00:15", "20:30:22", "20:30:37")]
    [InlineData("00:01:30", "20:31:37", "20:33:07")]
    public void Schedule_Valid_ComesAtItsTimes(string expression, params string[] expected)
        => TimerSchedule.Parse(expression).NextFive(Start).Take(2).Select(time => time.ToString("HH:mm:ss")).ShouldBe(expected);

    [Theory]
    [InlineData("not a cron")]
    [InlineData("* * * * * * *")]
    [InlineData("00:00:00")]
    [InlineData("-00:00:10")]
    [InlineData("")]
    public void Schedule_Invalid_IsNamed(string expression)
        => Should.Throw<InvalidOperationException>(() => TimerSchedule.Parse(expression)).Message
            .ShouldBe($"The schedule expression '{expression}' was not recognized as a valid cron expression or timespan string.");

    [Theory]
    [InlineData("0 * * * * *", true)]
    [InlineData("00:01:00", true)]
    [InlineData("00:00:59", false)]
    [InlineData("*/30 * * * * *", false)]
    [InlineData("0,30 0 * * * *", false)]
    public void Schedule_UnderAMinute_HasNoMonitor(string expression, bool expected)
        => TimerSchedule.Parse(expression).CanBeMonitored(Start).ShouldBe(expected);

    [Theory]
    [InlineData("0 0 * * * *", "2026-11-21T20:00:00Z", "2026-11-21T21:00:00Z", true)]
    [InlineData("0 0 * * * *", "2026-11-21T20:00:00.0045Z", "2026-11-21T21:00:00Z", true)]
    [InlineData("0 0 * * * *", "2026-11-21T20:00:00Z", "2026-11-21T20:30:00Z", false)]
    [InlineData("0 0 * * * *", null, "2026-11-21T21:00:00Z", true)]
    [InlineData("0 0 * * * *", null, "2026-11-21T21:30:00Z", false)]
    [InlineData("00:01:30", "2026-11-21T20:00:00Z", "2026-11-21T20:01:30Z", true)]
    [InlineData("00:01:30", "2026-11-21T20:00:00Z", "2026-11-21T20:02:00Z", false)]
    [InlineData("00:01:30", null, "2026-11-21T20:02:00Z", true)]
    public void Schedule_KnowsTheTimesThatItMade(string expression, string? last, string next, bool expected)
        => TimerSchedule.Parse(expression).Made(new ScheduleStatus { Last = last is null ? default : Utc(last), Next = Utc(next) }).ShouldBe(expected);

    private static DateTime Utc(string time) => DateTime.Parse(time, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal);
}
