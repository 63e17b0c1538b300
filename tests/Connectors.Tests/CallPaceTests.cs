namespace SyncFunctions.Connectors.Tests;

public sealed class CallPaceTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 31, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Take_AFewAtOnce_ThenOneAtATime()
    {
        var pace = new CallPace(120);
        for (var i = 0; i < 5; i++)
            pace.Take(Start).ShouldBe(TimeSpan.Zero);
        var sixth = pace.Take(Start);
        sixth.ShouldBeGreaterThan(TimeSpan.Zero);
        pace.Take(Start).ShouldBeGreaterThan(sixth);
        pace.Take(Start.AddSeconds(3)).ShouldBe(TimeSpan.Zero);
    }

    [Theory]
    [InlineData(60)]
    [InlineData(600)]
    [InlineData(12_000)]
    public void Take_AsFastAsItMay_GetsNearlyAllThatTheVendorAllows_AndInNoMinuteMore(int limit)
    {
        var (pace, now, made) = (new CallPace(limit), Start, new List<DateTimeOffset>());
        while (now < Start.AddMinutes(5))
        {
            now += pace.Take(now);
            made.Add(now);
        }

        ((double)made.Count).ShouldBeGreaterThanOrEqualTo(5 * limit * 0.95);
        for (var (first, last) = (0, 0); last < made.Count; last++)
        {
            while (made[last] - made[first] >= TimeSpan.FromMinutes(1))
                first++;
            (last - first + 1).ShouldBeLessThanOrEqualTo(limit);
        }
    }

    [Fact]
    public void Take_AfterAPause_SavesNoMoreThanAFew()
    {
        var pace = new CallPace(120);
        pace.Take(Start);
        var later = Start.AddHours(1);
        Enumerable.Range(0, 5).ShouldAllBe(_ => pace.Take(later) == TimeSpan.Zero);
        pace.Take(later).ShouldBeGreaterThan(TimeSpan.Zero);
    }

    [Fact]
    public async Task Connection_ThatHasAPace_KeepsToIt()
    {
        await using var vendor = await Simulated.StartAsync("moovila", null, (VendorPipeline.PaceSetting, "60"));
        for (var i = 0; i < 12; i++)
            (await vendor.Connector.IdentifyAsync(vendor.Scope, default)).Success();
        vendor.Time.Waits.Sum(wait => wait.TotalSeconds).ShouldBeInRange(9, 11);
    }
}
