using SyncFunctions.App.Sync;
using SyncFunctions.Engine;
using SyncFunctions.Simulation.Tests.Runs;
using SyncFunctions.Simulation.Vendors;
using SyncFunctions.State;

namespace SyncFunctions.Simulation.Tests.Policies;

/// <summary>What the tenant's policies come to on both sides and in storage, through the whole service and over several sweeps.</summary>
public sealed class PolicyTests
{
    private static readonly FieldSet Archived = FieldSet.Of(("active", new FieldValue.Flag(false)));

    private static readonly FieldSet Alive = FieldSet.Of(("active", new FieldValue.Flag(true)));

    [Fact]
    public void Deleted_ArchivesTheOther_AndIsNeverLinkedOrMadeAgain() => RunWorld.Live(3, world =>
    {
        var (left, right) = Pair(world, 0);
        world.Left.Delete(left, Actor.User);
        world.Run(RunMode.Comprehensive);
        right.Get("state").ShouldBe(FieldValue.Of("archived"), world.Story);
        Entries(world, left, right).ShouldAllBe(entry => entry.Tombstone);

        // Whatever happens to the survivor, and however often everything is looked at.
        Edit(world, right, ("state", FieldValue.Of("live")), ("tel", FieldValue.Of("123456")));
        world.Run(RunMode.Comprehensive);
        world.Run(RunMode.Comprehensive);

        world.Left.Live("companies").Count().ShouldBe(2, world.Story);
        right.Get("state").ShouldBe(FieldValue.Of("live"));
    });

    [Fact]
    public void Deleted_WhileEditedOnTheOther_IsMadeAgainOnce() => RunWorld.Live(3, world =>
    {
        var (left, right) = Pair(world, 0);
        world.Left.Delete(left, Actor.User);
        Edit(world, right, ("tel", FieldValue.Of("123456")));
        world.Run(RunMode.Comprehensive);
        world.Run(RunMode.Comprehensive);

        var again = world.Left.Live("companies").Single(record => record.Get("code") == left.Get("code"));
        again.Get("phone").ShouldBe(FieldValue.Of("123456"), world.Story);
        world.Left.Live("companies").Count().ShouldBe(3);
        world.Right.Live("accounts").Count().ShouldBe(3);
        Entry(world, left)!.ShouldSatisfyAllConditions(entry => entry.Tombstone.ShouldBeTrue(), entry => entry.Link.ShouldBeNull());
    });

    [Fact]
    public void Archived_WithPause_GoesOnWhenItIsUndone() => RunWorld.Live(2, world =>
    {
        var (left, right) = Pair(world, 0);
        Edit(world, left, Archived);
        right.Get("state").ShouldBe(FieldValue.Of("live"), world.Story);
        Link(world, left).ShouldSatisfyAllConditions(link => link.State.ShouldBe(LinkState.Paused), link => link.PausedBy.ShouldBe(PauseCause.Archived), link => link.Reason.ShouldBe("archived on the left side"));
        Edit(world, right, ("tel", FieldValue.Of("123456")));
        left.Get("phone").ShouldNotBe(FieldValue.Of("123456"));

        Edit(world, left, Alive);

        left.Get("phone").ShouldBe(FieldValue.Of("123456"), world.Story);
        Link(world, left).State.ShouldBe(LinkState.Active);
        world.Log("paused").Count.ShouldBe(1);
        world.Log("resumed").Count.ShouldBe(1);
    }, Choose(new KindSettings { WhenArchived = LifecyclePolicy.Pause }));

    [Fact]
    public void Merged_IntoAFreeRecord_TheLinkFollows() => RunWorld.Live(2, world =>
    {
        var (left, right) = Pair(world, 0);
        Configure(world, new KindSettings { NewLeftToRight = false });
        var survivor = world.Left.Create("companies", FieldSet.Of(("code", FieldValue.Of("x9")), ("name", FieldValue.Of("Survivor")), ("active", new FieldValue.Flag(true))), Actor.User);
        world.RunFor(10);
        Link(world, left).Id.ShouldBe(Link(world, right).Id);
        world.Left.Delete(left, Actor.User, survivor);
        world.Run(RunMode.Comprehensive);

        Link(world, right).LeftId.ShouldBe(survivor.Id, world.Story);
        right.Get("title").ShouldBe(FieldValue.Of("Survivor"), world.Story);
        Entry(world, left)!.Tombstone.ShouldBeTrue();
        world.Right.Live("accounts").Count().ShouldBe(2);
        right.Get("state").ShouldBe(FieldValue.Of("live"));
    });

    [Fact]
    public void Merged_IntoALinkedRecord_LeavesTheSurvivorToAPerson() => RunWorld.Live(3, world =>
    {
        var (left, right) = Pair(world, 0);
        var (other, otherRight) = Pair(world, 1);
        world.Left.Delete(left, Actor.User, other);
        world.Run(RunMode.Comprehensive);
        world.Run(RunMode.Comprehensive);

        Link(world, other).RightId.ShouldBe(otherRight.Id);
        world.Right.Live("accounts").Count().ShouldBe(3, world.Story);
        world.Left.Live("companies").Count().ShouldBe(2, world.Story);
        right.Get("state").ShouldBe(FieldValue.Of("live"));
        Entry(world, right)!.ShouldSatisfyAllConditions(entry => entry.Link.ShouldBeNull(), entry => entry.Tombstone.ShouldBeFalse(), entry => entry.IsOlder.ShouldBeTrue(), entry => entry.Reason!.ShouldContain(other.Id));
        Entry(world, left)!.Tombstone.ShouldBeTrue();
    });

    [Fact]
    public void Filter_LeftAndEntered_HoldsBackAndBringsWhatWasMissed() => RunWorld.Live(2, world =>
    {
        var (left, right) = Pair(world, 0);
        Edit(world, left, ("email", FieldValue.Of("a@x.example")));
        Configure(world, new KindSettings { Filters = [new RecordFilter(Side.Left, "email", [], Blocks: Blocks.Both)] });
        Edit(world, left, ("email", FieldValue.None), ("phone", FieldValue.Of("111")));
        Edit(world, right, ("notes", FieldValue.Of("kept")), ("title", FieldValue.Of("New name")));
        world.Run(RunMode.Comprehensive);

        right.Get("tel").ShouldNotBe(FieldValue.Of("111"), world.Story);
        left.Get("name").ShouldNotBe(FieldValue.Of("New name"));
        Link(world, left).ShouldSatisfyAllConditions(link => link.Outside.ShouldBe(Outside.Left), link => link.FilterHash.ShouldNotBeNull(), link => link.Notes.Left.ShouldNotBeNull());
        world.Log("left-filter").Count(entry => entry.RecordId == left.Id).ShouldBe(1);
        var told = world.Log("skipped-filtered").Count;
        world.Run(RunMode.Comprehensive);
        world.Log("skipped-filtered").Count.ShouldBe(told, world.Story);

        Edit(world, left, ("email", FieldValue.Of("b@x.example")));

        right.Get("tel").ShouldBe(FieldValue.Of("111"), world.Story);
        left.Get("name").ShouldBe(FieldValue.Of("New name"), world.Story);
        Link(world, left).ShouldSatisfyAllConditions(link => link.Outside.ShouldBe(Outside.Neither), link => link.Notes.ShouldBe(LinkNotes.None));
        world.Log("entered-filter").Count.ShouldBe(1);
    });

    [Fact]
    public void Reference_ToARecordThatIsNotToBeLinked_IsToldOnceAndNotWaitedFor() => RunWorld.Live(1, world =>
    {
        Configure(world, new KindSettings { NewLeftToRight = false });
        var company = world.CreateCompany(7);
        world.RunFor(10);
        var contact = world.Left.Create("people", FieldSet.Of(("code", FieldValue.Of("p1")), ("name", FieldValue.Of("Ada")), ("company", new FieldValue.Reference(company.Id)), ("active", new FieldValue.Flag(true))), Actor.User);
        world.RunFor(30);

        world.Log("skipped-reference-excluded").ShouldHaveSingleItem().RecordId.ShouldBe(contact.Id, world.Story);
        world.Work(new LinkScope(world.Key, "contact")).ShouldBeEmpty();
        world.Observe(async () => (await world.Get<LinkStore>().FindAsync(new LinkScope(world.Key, "contact"), Side.Left, [contact.Id], default))[contact.Id].Value).Reason!.ShouldContain("company");

        // As soon as it may be linked after all, everything goes its way.
        Configure(world, new KindSettings());
        world.Run(RunMode.Comprehensive);
        world.Right.Live("contacts").Count().ShouldBe(1, world.Story);
        world.Log("skipped-reference-excluded").Count.ShouldBe(1);
    });

    [Fact]
    public void NewRecord_WhenTheTenantWantsToBeAsked_IsCreatedOnceTheTenantDoesNot() => RunWorld.Live(1, world =>
    {
        Configure(world, new KindSettings { OnNoMatch = OnNoMatch.Ask });
        var company = world.CreateCompany(7);
        world.RunFor(10);
        world.Run(RunMode.Comprehensive);
        world.Right.Live("accounts").Count().ShouldBe(1, world.Story);
        Entry(world, company)!.ShouldSatisfyAllConditions(entry => entry.IsOlder.ShouldBeFalse(), entry => entry.Reason.ShouldBe("no counterpart was found"), entry => entry.Marks.Name.ShouldBe(["7"]));
        world.Log("unmatched").Count.ShouldBe(1);

        Configure(world, new KindSettings());
        world.Run(RunMode.Comprehensive);
        world.Right.Live("accounts").Count().ShouldBe(2, world.Story);
    });

    [Fact]
    public void Status_ThatTheMapDoesNotKnow_IsToldOnce() => RunWorld.Live(1, world =>
    {
        var (left, right) = Pair(world, 0);
        Edit(world, right, ("stage", FieldValue.Of("odd")));
        world.Run(RunMode.Comprehensive);
        world.Run(RunMode.Comprehensive);

        world.Log("skipped-value-unmapped").Count.ShouldBe(1, world.Story);
        Link(world, left).Notes.Right!.ShouldContain("odd");
        Edit(world, right, ("stage", FieldValue.Of("w")));
        left.Get("status").ShouldBe(FieldValue.Of("Won"), world.Story);
        Link(world, left).Notes.Right.ShouldBeNull();
    });

    private static void Edit(RunWorld world, FakeRecord record, params (string, FieldValue)[] fields) => Edit(world, record, FieldSet.Of(fields));

    private static void Edit(RunWorld world, FakeRecord record, FieldSet fields)
    {
        (record.Id.StartsWith('L') ? world.Left : world.Right).Edit(record, fields, Actor.User);
        world.RunFor(10);
    }

    private static (FakeRecord Left, FakeRecord Right) Pair(RunWorld world, int number)
    {
        var code = FieldValue.Of($"c{number}");
        return (world.Left.Live("companies").Single(record => record.Get("code") == code), world.Right.Live("accounts").Single(record => record.Get("ref") == code));
    }

    private static Link Link(RunWorld world, FakeRecord record) => world.Links(world.Companies).Single(link => link.LeftId == record.Id || link.RightId == record.Id);

    private static IndexEntry? Entry(RunWorld world, FakeRecord record)
    {
        var side = record.Id.StartsWith('L') ? Side.Left : Side.Right;
        return world.Observe(async () => (await world.Get<LinkStore>().FindAsync(world.Companies, side, [record.Id], default)).Values.Select(entry => entry.Value).FirstOrDefault());
    }

    private static IEnumerable<IndexEntry> Entries(RunWorld world, params FakeRecord[] records) => records.Select(record => Entry(world, record)!);

    private static Func<FlowSettings, FlowSettings> Choose(KindSettings choices) => settings => settings with { Kinds = settings.Kinds.SetItem("company", choices) };

    private static void Configure(RunWorld world, KindSettings choices)
    {
        world.Change(flow => flow with { Settings = Choose(choices)(flow.Settings) });
        world.RunFor(1);
    }
}
