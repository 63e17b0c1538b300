using SyncFunctions.Engine;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.State.Tests;

public sealed class ActivityStoreTests(AzuriteFixture azurite) : StateTest(azurite)
{
    private static readonly DateTimeOffset Hour = ActivityHour.Of(Now);

    private ActivityStore Store => new(Tables);

    [Fact]
    public async Task Hour_IsReadAsItWasWritten_AndWrittenAgainAsAWhole()
    {
        var first = new ActivityHour(Hour, "one", []).Plus("company", Side.Right, Crossing.Created, TimeSpan.FromSeconds(3));
        await Store.PutAsync(Flow, [first], Cancel);
        var later = first.Plus("company", Side.Right, Crossing.Updated, null).Plus("company", Side.Left, Crossing.Archived, TimeSpan.FromDays(9));
        await Store.PutAsync(Flow, [later], Cancel);

        var stored = (await Store.ListAsync(Flow, Hour, Hour.AddHours(1), Cancel)).ShouldHaveSingleItem();

        ShouldHoldTheSame(stored, later);
        stored.Counts[0].ShouldSatisfyAllConditions(counts => counts.Created.ShouldBe(1), counts => counts.Updated.ShouldBe(1), counts => counts.Took.Sum().ShouldBe(1));
    }

    [Fact]
    public async Task Hours_AreListedFromOneUpToAnother_OfEveryInstance()
    {
        await Store.PutAsync(Flow, [.. Enumerable.Range(0, 4).Select(number => new ActivityHour(Hour.AddHours(-number), "one", []))], Cancel);
        await Store.PutAsync(Flow, [new ActivityHour(Hour.AddHours(-1), "two", [])], Cancel);
        await Store.PutAsync(Flow with { Flow = new FlowId("other") }, [new ActivityHour(Hour.AddHours(-1), "one", [])], Cancel);

        var listed = await Store.ListAsync(Flow, Hour.AddHours(-2), Hour, Cancel);

        listed.Select(hour => (hour.Hour, hour.Instance)).ShouldBe([(Hour.AddHours(-1), "one"), (Hour.AddHours(-1), "two"), (Hour.AddHours(-2), "one")]);
    }

    [Fact]
    public async Task Hours_OlderThanTheirRetention_AreTakenAway()
    {
        await Store.PutAsync(Flow, [new ActivityHour(Hour, "one", []), new ActivityHour(Hour.AddDays(-91), "one", [])], Cancel);

        (await Store.RemoveBeforeAsync(Flow, Now.AddDays(-90), Cancel)).ShouldBe(1);

        (await Store.ListAsync(Flow, Hour.AddDays(-100), Hour.AddHours(1), Cancel)).Single().Hour.ShouldBe(Hour);
    }
}
