using System.Collections.Immutable;
using SyncFunctions.Engine;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.State.Tests;

public sealed class RunStoreTests(AzuriteFixture azurite) : StateTest(azurite)
{
    private RunStore Store => new(Tables);

    [Fact]
    public async Task Run_FullAndBare_ComeBack()
    {
        var bare = new Run(Flow, new RunId("bare"), Lane.Live, "", "", Now);
        await Store.InsertAsync(Full("full", Now), Cancel);
        await Store.InsertAsync(bare, Cancel);

        ShouldHoldTheSame((await Store.GetAsync(Flow, new RunId("full"), Cancel))!.Value.Value, Full("full", Now));
        ShouldHoldTheSame((await Store.GetAsync(Flow, new RunId("bare"), Cancel))!.Value.Value, bare);
        (await Store.GetAsync(Flow, new RunId("none"), Cancel)).ShouldBeNull();
    }

    [Fact]
    public async Task Insert_Twice_IsLostUnlessItIsTheSame()
    {
        LoseAnswer("table transaction");
        (await Store.InsertAsync(Full("run", Now), Cancel)).ShouldBeTrue();

        (await Store.InsertAsync(Full("run", Now.AddHours(1)), Cancel)).ShouldBeFalse();
        (await Store.ListAsync(Flow, null, 10, Cancel)).Items.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Replace_ChangedMeanwhile_IsLost()
    {
        await Store.InsertAsync(Full("run", Now), Cancel);
        var read = (await Store.GetAsync(Flow, new RunId("run"), Cancel))!.Value;

        (await Store.ReplaceAsync(read with { Value = read.Value with { Outcome = RunOutcome.Failed } }, Cancel)).ShouldNotBeNull();
        (await Store.ReplaceAsync(read with { Value = read.Value with { Outcome = RunOutcome.Cancelled } }, Cancel)).ShouldBeNull();
    }

    [Fact]
    public async Task List_ByPages_IsNewestFirst()
    {
        foreach (var number in new[] { 3, 0, 4, 1, 2 }) await Store.InsertAsync(Full($"run {number}", Now.AddMinutes(number)), Cancel);

        var first = await Store.ListAsync(Flow, null, 2, Cancel);
        var second = await Store.ListAsync(Flow, first.Continuation, 2, Cancel);
        var third = await Store.ListAsync(Flow, second.Continuation, 2, Cancel);

        first.Items.Concat(second.Items).Concat(third.Items).Select(run => run.Id.Value).ShouldBe(["run 4", "run 3", "run 2", "run 1", "run 0"]);
        third.Continuation.ShouldBeNull();
    }

    [Fact]
    public void Counts_Added_AreAddedOneByOne()
    {
        var left = new KindCounts(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 1.5);
        var right = new KindCounts(100, 200, 300, 400, 500, 600, 700, 800, 900, 1000, 1100, 20);

        (left + right).ShouldBe(new KindCounts(101, 202, 303, 404, 505, 606, 707, 808, 909, 1010, 1111, 21.5));
        (left + KindCounts.None).ShouldBe(left);
    }

    private static Run Full(string id, DateTimeOffset startedAt) => new(Flow, new RunId(id), Lane.Import, "full", "manual", startedAt)
    {
        EndedAt = startedAt.AddHours(1),
        Outcome = RunOutcome.SucceededWithErrors,
        Counts = ImmutableSortedDictionary<string, KindCounts>.Empty.Add("company", new KindCounts(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12.5)),
        Detail = "one failed",
        Order = RunOrder.Pause,
        OrderedBy = "Paused by hand.",
        PausedAt = startedAt.AddMinutes(10),
        ProgressAt = startedAt.AddMinutes(3),
        Resume = "{\"Kind\":\"ä\"}",
        Settings = FlowSettings.Default with { LockWindow = TimeSpan.FromHours(1) },
    };
}
