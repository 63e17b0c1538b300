using SyncFunctions.Engine;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.State.Tests;

public sealed class SweepStoreTests(AzuriteFixture azurite) : StateTest(azurite)
{
    private static readonly RunId Run = new("sweep-1");

    private SweepStore Store => new(Tables);

    [Fact]
    public async Task Pages_OddIds_ComeBackInOrder()
    {
        var rows = OddIds.All.Select((id, number) => new SweepRow(id, $"hash/{number}")).ToList();

        await AppendAsync(0, rows[..10]);
        await AppendAsync(2, rows[20..]);
        await AppendAsync(1, rows[10..20]);
        await AppendAsync(0, rows[..10]);

        (await Store.ReadAsync(Flow, Run, "company", Side.Left, Cancel).ToListAsync(Cancel)).ShouldBe(rows);
        (await Store.ReadAsync(Flow, Run, "company", Side.Right, Cancel).ToListAsync(Cancel)).ShouldBeEmpty();
        (await Store.ReadAsync(Flow, new RunId("sweep-10"), "company", Side.Left, Cancel).ToListAsync(Cancel)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Set_Loaded_KnowsIdsAndTheirContent()
    {
        await AppendAsync(0, [.. OddIds.All.Select(id => new SweepRow(id, $"h{id}"))]);
        await AppendAsync(1, [new SweepRow("17", "moved")]);

        var set = await Store.LoadAsync(Flow, Run, "company", Side.Left, Cancel);

        set.Count.ShouldBe(OddIds.All.Count + 1);
        OddIds.All.ShouldAllBe(id => set.Contains(id) && set.Contains(id, $"h{id}") && !set.Contains(id, "other"));
        set.Contains("17", "moved").ShouldBeTrue();
        set.Contains("nobody").ShouldBeFalse();
    }

    [Fact]
    public void Sets_OfBothSidesOfManyRecords_StayBelow64BytesEach()
    {
        const int Records = 200_000;
        var before = GC.GetTotalMemory(forceFullCollection: true);

        var sides = new[] { Filled(), Filled() };

        ((GC.GetTotalMemory(forceFullCollection: true) - before) / (double)Records).ShouldBeLessThanOrEqualTo(64);
        sides.ShouldAllBe(set => set.Contains("record 123456", "123456"));

        static SweepSet Filled()
        {
            var set = new SweepSet(Records);
            for (var number = 0; number < Records; number++) set.Add(new SweepRow($"record {number}", $"{number}"));
            set.Sort();
            return set;
        }
    }

    [Fact]
    public async Task DeleteRun_OneOfTwo_LeavesTheOther()
    {
        await AppendAsync(0, [new SweepRow("1", "h")]);
        await Store.AppendPageAsync(Flow, new RunId("sweep-2"), "company", Side.Left, 0, [new SweepRow("2", "h")], Cancel);

        await Store.DeleteRunAsync(Flow, Run, Cancel);

        (await Store.ReadAsync(Flow, Run, "company", Side.Left, Cancel).ToListAsync(Cancel)).ShouldBeEmpty();
        (await Store.LoadAsync(Flow, new RunId("sweep-2"), "company", Side.Left, Cancel)).Contains("2").ShouldBeTrue();
    }

    private Task AppendAsync(int page, IReadOnlyList<SweepRow> rows) => Store.AppendPageAsync(Flow, Run, "company", Side.Left, page, rows, Cancel);
}
