namespace SyncFunctions.State.Tests;

public sealed class IdSourceTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);

    [Fact]
    public void NewId_SameSeedSameTime_IsTheSame()
    {
        IEnumerable<string> Make(int seed)
        {
            var ids = new IdSource(new StoppedClock(Start), new Random(seed));
            return [ids.NewId(), ids.NewStamp(), ids.NewId()];
        }

        Make(1).ShouldBe(Make(1));
        Make(1).ShouldNotBe(Make(2));
    }

    [Fact]
    public void NewId_TimeGoesOn_IsOrderedByTime()
    {
        var clock = new StoppedClock(Start);
        var ids = new IdSource(clock);
        var made = new List<string>();
        for (var i = 0; i < 100; i++, clock.Now += TimeSpan.FromMilliseconds(1)) made.Add(ids.NewId());

        made.ShouldBe(made.Order(StringComparer.Ordinal));
        made.Distinct().Count().ShouldBe(100);
        Guid.ParseExact(made[0], "N").Version.ShouldBe(7);
        DateTimeOffset.FromUnixTimeMilliseconds(Convert.ToInt64(made[0][..12], 16)).ShouldBe(Start);
    }

    [Fact]
    public void NewStamp_SameMoment_IsAnother()
    {
        var ids = new IdSource(new StoppedClock(Start));

        ids.NewStamp().ShouldNotBe(ids.NewStamp());
    }
}
