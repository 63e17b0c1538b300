using SyncFunctions.Tests.Support;

namespace SyncFunctions.State.Tests;

public sealed class StorageClockTests(AzuriteFixture azurite)
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(-600)]
    [InlineData(-3)]
    [InlineData(3)]
    [InlineData(600)]
    public async Task Clock_OfAMachineThatIsWrong_IsStoragesAfterACall(int secondsWrong)
    {
        var storage = new MemoryStorage(new StoppedClock(Now));
        var clients = StateClients.Create(name => name == StateClients.Connection ? MemoryStorage.ConnectionString : null, options => options.Transport = storage, new StoppedClock(Now.AddSeconds(secondsWrong)));

        await new StateTables(clients).CreateAsync(TestContext.Current.CancellationToken);

        (clients.Clock.GetUtcNow() - Now).Duration().ShouldBeLessThanOrEqualTo(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Clock_OverTheService_IsTheServices()
    {
        var clients = StateClients.Create(name => name == StateClients.Connection ? azurite.ConnectionString : null, time: new StoppedClock(TimeProvider.System.GetUtcNow().AddMinutes(-10)));

        await new StateTables(clients with { Prefix = AzuriteFixture.NewPrefix() }).CreateAsync(TestContext.Current.CancellationToken);

        (clients.Clock.GetUtcNow() - TimeProvider.System.GetUtcNow()).Duration().ShouldBeLessThan(TimeSpan.FromMinutes(1));
    }

    [Theory]
    [InlineData(0, 0, 900, 0)]
    [InlineData(0, 1800, 0, 0)]
    [InlineData(-999, 0, 0, 0)]
    [InlineData(5000, 100, 0, 5000)]
    [InlineData(5000, 0, 100, 4900)]
    [InlineData(-5000, 100, 0, -3900)]
    public void Answered_DatedWithinTheCall_MovesNoMoreThanItMust(int ahead, int askedBefore, int answeredAfter, int expected)
    {
        var clock = new StorageClock(new StoppedClock(Now));

        clock.Answered(Now.AddMilliseconds(ahead), Now.AddMilliseconds(-askedBefore), Now.AddMilliseconds(answeredAfter));

        clock.Ahead.ShouldBe(TimeSpan.FromMilliseconds(expected));
    }

    [Fact]
    public void Answered_ClockPutBackMeanwhile_StaysAsItIs()
    {
        var clock = new StorageClock(new StoppedClock(Now));

        clock.Answered(Now, Now, Now.AddMinutes(-5));

        clock.Ahead.ShouldBe(TimeSpan.Zero);
    }
}
