using SyncFunctions.Engine;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.State.Tests;

public sealed class ConflictStoreTests(AzuriteFixture azurite) : StateTest(azurite)
{
    private ConflictStore Store => new(Tables);

    [Fact]
    public async Task Conflict_FullWithLongValues_ComesBackWhole()
    {
        var conflict = Of("one") with
        {
            Left = new FieldValue.Text(new string('x', 100_000) + "\ud800"),
            Right = new FieldValue.Set("a", "b"),
            Link = new LinkId("link"),
            Rule = ConflictRule.Newest,
            LeftId = "left/1",
            RightId = "right#2",
            Label = "Ziegelwerk",
            Run = new RunId("run"),
            RestoredAt = Now.AddHours(1),
            RestoredBy = "anna",
        };

        await Store.AppendAsync(Flow, [conflict], Cancel);

        ShouldHoldTheSame((await Store.GetAsync(Flow, conflict.Id, Cancel))!.Value.Value, conflict);
        ShouldHoldTheSame((await Store.ListAsync(Flow, ConflictFilter.None, null, 10, Cancel)).Items, [conflict]);
    }

    [Fact]
    public async Task Conflict_KeptTwice_IsThereOnceAsItWas()
    {
        await Store.AppendAsync(Flow, [Of("one")], Cancel);
        var kept = (await Store.GetAsync(Flow, new ConflictId("one"), Cancel))!.Value;
        (await Store.MarkAsync(Flow, kept with { Value = kept.Value with { RestoredAt = Now, RestoredBy = "anna" } }, Cancel)).ShouldBeTrue();

        await Store.AppendAsync(Flow, [Of("one") with { At = Now.AddMinutes(1) }], Cancel);

        (await Store.ListAsync(Flow, ConflictFilter.None, null, 10, Cancel)).Items.ShouldHaveSingleItem().RestoredBy.ShouldBe("anna");
        (await Store.MarkAsync(Flow, kept, Cancel)).ShouldBeFalse();
    }

    [Fact]
    public async Task List_Filtered_IsNewestFirstPageByPage()
    {
        for (var i = 0; i < 5; i++) await Store.AppendAsync(Flow, [Of($"name{i}", Now.AddMinutes(i)), Of($"phone{i}", Now.AddMinutes(i), "phone")], Cancel);

        var first = await Store.ListAsync(Flow, new ConflictFilter { Kind = "company", Field = "phone" }, null, 3, Cancel);
        var second = await Store.ListAsync(Flow, new ConflictFilter { Kind = "company", Field = "phone" }, first.Continuation, 3, Cancel);

        first.Items.Concat(second.Items).Select(conflict => conflict.Id.Value).ShouldBe(["phone4", "phone3", "phone2", "phone1", "phone0"]);
        second.Continuation.ShouldBeNull();
        (await Store.ListAsync(Flow, new ConflictFilter { Link = new LinkId("none") }, null, 3, Cancel)).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task Remove_WhatIsOlder_TakesItWithItsLongValues()
    {
        var old = Of("old") with { Left = new FieldValue.Text(new string('x', 100_000)) };
        await Store.AppendAsync(Flow, [old, Of("new", Now.AddDays(2))], Cancel);

        (await Store.RemoveBeforeAsync(Flow, Now.AddDays(1), Cancel)).ShouldBe(1);

        (await Store.ListAsync(Flow, ConflictFilter.None, null, 10, Cancel)).Items.ShouldHaveSingleItem().Id.Value.ShouldBe("new");
        (await Store.GetAsync(Flow, old.Id, Cancel)).ShouldBeNull();
        (await Tables.ConflictValues.GetBlobsAsync(cancellationToken: Cancel).ToListAsync(Cancel)).ShouldBeEmpty();
    }

    [Fact]
    public void Id_OfTheSameConflict_IsTheSameUntilTheRecordsChange()
    {
        var id = Conflict.IdOf("company", new LinkId("l"), "name", FieldValue.Of("a"), FieldValue.Of("b"), "1");

        Conflict.IdOf("company", new LinkId("l"), "name", FieldValue.Of("a"), FieldValue.Of("b"), "1").ShouldBe(id);
        Conflict.IdOf("company", new LinkId("l"), "name", FieldValue.Of("a"), FieldValue.Of("b"), "2").ShouldNotBe(id);
        Conflict.IdOf("company", new LinkId("l"), "name", FieldValue.Of("b"), FieldValue.Of("a"), "1").ShouldNotBe(id);
        Conflict.IdOf("company", new LinkId("l"), "name", FieldValue.Of("1"), FieldValue.Of("b"), "1").ShouldNotBe(
            Conflict.IdOf("company", new LinkId("l"), "name", FieldValue.Of(1m), FieldValue.Of("b"), "1"));
    }

    private static Conflict Of(string id, DateTimeOffset? at = null, string field = "name") =>
        new(new ConflictId(id), at ?? Now, "company", field, Side.Left, FieldValue.Of("a"), FieldValue.None);
}
