using SyncFunctions.Engine;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.State.Tests;

public sealed class PlanStoreTests(AzuriteFixture azurite) : StateTest(azurite)
{
    private static readonly RunId Run = new("dry");

    private PlanStore Store => new(Tables);

    [Fact]
    public async Task Lines_OfManyPages_ComeBackWholeAndInOrder()
    {
        var full = Line("1") with { Link = new LinkId("l"), Target = Side.Right, Fields = [new("tags", FieldValue.None, new FieldValue.Set("a", "b")), new("company", FieldValue.Of("x"), new FieldValue.LinkedReference(new LinkId("c")))] };
        await Store.PutPageAsync(Flow, Run, "01.a000001.000", [Line("3"), Line("4")], Cancel);
        await Store.PutPageAsync(Flow, Run, "00.a000001.000", [Line("not this")], Cancel);
        await Store.PutPageAsync(Flow, Run, "00.a000001.000", [full, Line("2")], Cancel);
        await Store.PutPageAsync(Flow, new RunId("other"), "00.a000001.000", [Line("other")], Cancel);

        var seen = new List<PlanLine>();
        string? continuation = null;
        do
        {
            var page = await Store.ListAsync(Flow, Run, continuation, 3, Cancel);
            seen.AddRange(page.Items);
            continuation = page.Continuation;
        }
        while (continuation is not null);

        ShouldHoldTheSame(seen, [full, Line("2"), Line("3"), Line("4")]);
        (await Store.ListAsync(Flow, Run, "nonsense", 10, Cancel)).Items.Count.ShouldBe(4);
    }

    [Fact]
    public async Task Remove_WhatIsOlder_TakesThePlan()
    {
        await Store.PutPageAsync(Flow, Run, "00.a", [Line("1")], Cancel);

        await Store.RemoveBeforeAsync(Flow, DateTimeOffset.UtcNow.AddDays(-1), Cancel);
        (await Store.ListAsync(Flow, Run, null, 10, Cancel)).Items.Count.ShouldBe(1);
        await Store.RemoveBeforeAsync(Flow, DateTimeOffset.UtcNow.AddDays(1), Cancel);
        (await Store.ListAsync(Flow, Run, null, 10, Cancel)).Items.ShouldBeEmpty();
    }

    private static PlanLine Line(string id) => new("company", Side.Left, id, $"Name {id}", "create", null, "Because.");
}
