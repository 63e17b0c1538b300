using SyncFunctions.Engine;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.State.Tests;

public sealed class DueStoreTests(AzuriteFixture azurite) : StateTest(azurite)
{
    private DueStore Store => new(Tables, Ids);

    [Fact]
    public async Task ListDue_ManyFlows_IsOneQueryOverAllShards()
    {
        var flows = Enumerable.Range(0, 40).Select(number => new FlowKey(Acme, new FlowId($"f{number}"))).ToList();
        foreach (var (number, flow) in flows.Index()) await Store.PutAsync(flow, Now.AddSeconds(number % 2), Cancel);
        Transport.Reset();

        var due = await Store.ListDueAsync(Now, Cancel);

        Transport.Count.ShouldBe(1);
        due.Select(item => item.Flow).ShouldBe(flows.Where((_, number) => number % 2 == 0), ignoreOrder: true);
        due.ShouldAllBe(item => item.DueAt == Now);
    }

    [Fact]
    public async Task Move_ToTheSameTimeByMany_IsDoneByOne()
    {
        await Store.PutAsync(Flow, Now, Cancel);
        var due = (await Store.ListDueAsync(Now, Cancel)).Single();

        var moved = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Store.MoveAsync(Flow, due.ETag, Now.AddMinutes(5), Cancel)));

        moved.Count(won => won).ShouldBe(1);
        (await Store.ListDueAsync(Now, Cancel)).ShouldBeEmpty();
        (await Store.ListDueAsync(Now.AddMinutes(5), Cancel)).Single().DueAt.ShouldBe(Now.AddMinutes(5));
    }

    [Fact]
    public async Task Move_AnswerLost_IsStillOurs()
    {
        await Store.PutAsync(Flow, Now, Cancel);
        var due = (await Store.ListDueAsync(Now, Cancel)).Single();
        LoseAnswer("table replace");

        (await Store.MoveAsync(Flow, due.ETag, Now.AddMinutes(5), Cancel)).ShouldBeTrue();
    }

    [Fact]
    public async Task Remove_ThereOrNot_IsNotListed()
    {
        await Store.PutAsync(Flow, Now, Cancel);
        await Store.RemoveAsync(Flow, Cancel);
        await Store.RemoveAsync(Flow, Cancel);

        (await Store.ListDueAsync(Now, Cancel)).ShouldBeEmpty();
    }
}
