using SyncFunctions.Engine;

namespace SyncFunctions.Engine.Tests;

public class PollPlanTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 14, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Plan_WithoutADailyLimit_IsWhatTheFlowWants() =>
        PollPlan.For(Noon, TimeSpan.FromMinutes(1), 100_000, null, 4).ShouldBe(new PollPlan(TimeSpan.FromMinutes(1), Noon.AddMinutes(1), false));

    [Fact]
    public void Plan_OfAStandardTenant_SpreadsItsCallsOverTheDay()
    {
        // 300 calls, 80 % of them for polls of four calls each: 60 polls, one every 24 minutes.
        var plan = PollPlan.For(Noon, TimeSpan.FromMinutes(1), 0, 300, 4);
        plan.Every.ShouldBe(TimeSpan.FromMinutes(24));
        plan.IsSlowedByBudget.ShouldBeTrue();
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(170, 1)]
    [InlineData(240, 360)]
    [InlineData(300, 720)]
    public void NextPoll_WaitsUntilItIsEarned(int used, int minutes) =>
        (PollPlan.For(Noon, TimeSpan.FromMinutes(1), used, 300, 4).Next - Noon).TotalMinutes.ShouldBe(minutes, tolerance: 25);

    [Theory]
    [InlineData(0, 36)]
    [InlineData(60, 60)]
    public void NextPoll_WhereTheHourIsCountedToo_KeepsTheDaysPace(int wanted, int seconds)
    {
        // 12,000 calls, 80 % of them for polls of four calls each: one every 36 seconds, although half a day's are left.
        var plan = PollPlan.For(Noon, TimeSpan.FromSeconds(wanted), 0, 12_000, 4, evenly: true);

        plan.ShouldBe(new PollPlan(TimeSpan.FromSeconds(seconds), Noon.AddSeconds(seconds), plan.IsSlowedByBudget));
        plan.IsSlowedByBudget.ShouldBe(wanted < seconds);
    }

    [Fact]
    public void NextPoll_WhereTheHourIsCountedToo_WaitsStillForWhatTheDayHasLeft() =>
        PollPlan.For(Noon, TimeSpan.Zero, 12_000, 12_000, 4, evenly: true).Next.ShouldBe(Noon.AddHours(12));

    [Fact]
    public void PremiumTenant_IsPolledAsOftenAsWanted_WhileTheDayIsAhead() =>
        PollPlan.For(Noon, TimeSpan.FromMinutes(1), 20_000, 60_000, 4).Next.ShouldBe(Noon.AddMinutes(1));
}
