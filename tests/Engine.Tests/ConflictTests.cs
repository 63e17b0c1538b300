using SyncFunctions.Engine;
using static SyncFunctions.Engine.Tests.Planned;

namespace SyncFunctions.Engine.Tests;

/// <summary>Who wins, what a tenant may choose about it, and what is not carried over.</summary>
public class ConflictTests
{
    private static readonly TimeSpan Ahead = TimeSpan.FromMinutes(10);

    private static Side WinnerOf(PlanItem item, KindSettings choices) => Plan(item, choices).OfType<SyncAction.Conflict>().ShouldHaveSingleItem().Winner;

    private static PlanItem Edited(int leftSeconds, int rightSeconds, Clocks clocks, Link? link = null) => Item(
        new Sight.Present(Record(Side.Left, Named("Left")) with { Modified = Now.AddSeconds(leftSeconds) }),
        new Sight.Present(Record(Side.Right, Named("Right")) with { Modified = Now.AddSeconds(rightSeconds) }),
        link) with { Clocks = clocks };

    [Theory]
    [InlineData(null, Side.Left)]
    [InlineData(Side.Left, Side.Left)]
    [InlineData(Side.Right, Side.Right)]
    public void Conflict_IsWonByTheMasterThatTheTenantChose(Side? master, Side winner) =>
        WinnerOf(Item(Seen(Side.Left, Named("Left")), Seen(Side.Right, Named("Right"))), new KindSettings { Master = master }).ShouldBe(winner);

    [Fact]
    public void FirstAgreement_PrefersTheMasterThatTheTenantChose() =>
        Plan(new PlanItem(null, Seen(Side.Left, Named("Left")), Seen(Side.Right, Named("Right"))), new KindSettings { Master = Side.Right })
            .OfType<SyncAction.Write>().ShouldHaveSingleItem().Target.ShouldBe(Side.Left);

    [Theory]
    [InlineData(-60, -10, Side.Right)]
    [InlineData(-10, -60, Side.Left)]
    [InlineData(-10, -11, Side.Left)]
    [InlineData(-12, -10, Side.Left)]
    public void NewestWins_WhereBothClocksAreMeasured(int left, int right, Side winner) =>
        WinnerOf(Edited(left, right, new Clocks(TimeSpan.Zero, TimeSpan.Zero)), new KindSettings { NewestWins = true }).ShouldBe(winner);

    [Fact]
    public void NewestWins_ByOurClock_NotByTheirs()
    {
        // Left says that it was changed last, but its clock is ten minutes ahead.
        WinnerOf(Edited(-10, -60, new Clocks(Ahead, TimeSpan.Zero)), new KindSettings { NewestWins = true }).ShouldBe(Side.Right);
        WinnerOf(Edited(-10, -60, new Clocks(Ahead, Ahead)), new KindSettings { NewestWins = true }).ShouldBe(Side.Left);
    }

    [Fact]
    public void NewestWins_WithoutAMeasuredClock_IsTheMaster()
    {
        WinnerOf(Edited(-60, -10, new Clocks(TimeSpan.Zero, null)), new KindSettings { NewestWins = true }).ShouldBe(Side.Left);
        WinnerOf(Edited(-60, -10, new Clocks(null, TimeSpan.Zero)), new KindSettings { NewestWins = true }).ShouldBe(Side.Left);
        WinnerOf(Edited(-60, -10, new Clocks(TimeSpan.Zero, TimeSpan.Zero)), new KindSettings()).ShouldBe(Side.Left);
    }

    [Fact]
    public void NewestWins_OfARecordWithoutATime_IsTheMaster()
    {
        var item = Edited(-60, -10, new Clocks(TimeSpan.Zero, TimeSpan.Zero)) with { Left = Seen(Side.Left, Named("Left")) };
        WinnerOf(item, new KindSettings { NewestWins = true }).ShouldBe(Side.Left);
    }

    [Fact]
    public void NewestWins_InsideALock_IsTheLocksSource()
    {
        var link = Linked with { Lock = new LoopLock(Side.Left, Now.AddMinutes(5)) };
        WinnerOf(Edited(-60, -10, new Clocks(TimeSpan.Zero, TimeSpan.Zero), link), new KindSettings { NewestWins = true, Master = Side.Right }).ShouldBe(Side.Left);
    }

    [Fact]
    public void Conflict_WhoseWinnerIsNotLinkedYet_IsNotDecidedUntilItIs()
    {
        var (waiting, linked) = (new FieldValue.Reference("9"), new FieldValue.LinkedReference(new LinkId("p")));

        Plan(Item(Seen(Side.Left, ("owner", waiting)), Seen(Side.Right, ("owner", linked)))).Names().ShouldBe("Park");
        Plan(Item(Seen(Side.Left, ("owner", new FieldValue.LinkedReference(new LinkId("q")))), Seen(Side.Right, ("owner", linked)))).Names().ShouldBe("Write,Conflict");
        Plan(new PlanItem(null, Seen(Side.Left, ("owner", waiting)), Seen(Side.Right, ("owner", linked)))).OfType<SyncAction.Conflict>().ShouldBeEmpty();
    }

    [Theory]
    [InlineData(BlankPolicy.Keep, "Adopt")]
    [InlineData(BlankPolicy.Clear, "Write")]
    public void Blank_FollowsTheTenantsPolicy(BlankPolicy policy, string actions) =>
        Plan(Item(Seen(Side.Left, ("colour", FieldValue.Of(""))), Seen(Side.Right)), new KindSettings { Blanks = KindSettings.Default.Blanks.Add("colour", policy) }).Names().ShouldBe(actions);

    [Fact]
    public void Hold_LongerThanADay_PassesWhereTheSourceDidNotTouchTheField()
    {
        var link = Linked with { Lock = new LoopLock(Side.Left, Now.AddMinutes(50)) };
        var item = Item(Seen(Side.Left), Seen(Side.Right, Named("Right")), link);
        Plan(item with { HeldSince = Now.AddHours(-23.5) }).ShouldHaveSingleItem().ShouldBeOfType<SyncAction.Hold>().Until.ShouldBe(Now.AddMinutes(30));
        Plan(item with { HeldSince = Now.AddHours(-24) }).OfType<SyncAction.Write>().ShouldHaveSingleItem().Target.ShouldBe(Side.Left);
    }

    [Fact]
    public void Sets_EditedOnBothSidesInsideALock_GoOverFromItsSourceAtOnce()
    {
        var item = Item(Seen(Side.Left, ("tags", new FieldValue.Set("a", "b"))), Seen(Side.Right, ("tags", new FieldValue.Set("a", "c"))), Linked with { Lock = new LoopLock(Side.Left, Now.AddMinutes(5)) });
        var merged = new FieldValue.Set("a", "b", "c");
        Plan(item).OfType<SyncAction.Write>().ShouldHaveSingleItem().ShouldSatisfyAllConditions(write => write.Target.ShouldBe(Side.Right), write => write.Fields["tags"].ShouldBe(merged));
        Plan(item).OfType<SyncAction.Hold>().ShouldHaveSingleItem().Source.ShouldBe(Side.Right);
        Plan(item with { Link = Linked }).OfType<SyncAction.Write>().Select(write => write.Fields["tags"]).ShouldBe([merged, merged]);
    }

    [Fact]
    public void Custom_FieldOfTheTenant_FlowsLikeAnyOther()
    {
        var choices = new KindSettings { CustomFields = [new CustomField("region", "custom_7", "territory") { MaxLength = 4, Direction = Direction.LeftToRight }, new CustomField("name", "x", "y")] };
        var kind = Kind.With(choices);
        var link = Linked with { Bases = Linked.Bases.With(Side.Left, FieldSet.Of(("region", FieldValue.Of("NSW")))).With(Side.Right, FieldSet.Of(("region", FieldValue.Of("NSW")))) };
        var left = kind.Project(Side.Left, new Record("L", FieldSet.Of(("custom_7", FieldValue.Of("Victoria")))), With(choices));
        var right = kind.Project(Side.Right, new Record("R", FieldSet.Of(("territory", FieldValue.Of("NSW")))), With(choices));
        var write = SyncPlanner.PlanOne(kind, With(choices), Item(new Sight.Present(left), new Sight.Present(right), link), Now).Actions.ShouldHaveSingleItem().ShouldBeOfType<SyncAction.Write>();
        kind.Express(Side.Right, write.Fields, With(choices)).ShouldBe(FieldSet.Of(("territory", FieldValue.Of("Vict"))));
        kind.Fields.Count(field => field.Name == "name").ShouldBe(1);
        kind.Field("name").Left.Name.ShouldBe("name");
    }

    [Fact]
    public void Unmapped_ValueThatIsRead_IsToldAndChangesNothing()
    {
        var settings = FlowSettings.Default with { ValueMaps = FlowSettings.Default.ValueMaps.Add("stages", [new ValuePair("Active", "Design")]) };
        var read = Kind.Project(Side.Right, new Record("R", FieldSet.Of(("name", FieldValue.Of("Ada")), ("stage", FieldValue.Of("Odd")))), settings);
        read.Fields.ContainsKey("stage").ShouldBeFalse();
        var skip = Plan(Item(Sight.Unread, new Sight.Present(read)), settings).ShouldHaveSingleItem().ShouldBeOfType<SyncAction.Skip>();
        (skip.Side, skip.Reason).ShouldBe((Side.Right, SkipReason.ValueUnmapped));
        skip.Detail.ShouldContain("Odd");
        Plan(new PlanItem(null, Sight.Unread, new Sight.Present(read, IsNew: true)), settings).Names().ShouldBe("Skip,Create");
    }

    [Theory]
    [InlineData("owner", "Skip")]
    [InlineData("other", "Park")]
    public void Reference_ToARecordThatWillNotBeLinked_IsToldInsteadOfWaitedFor(string excluded, string actions)
    {
        var left = Record(Side.Left, ("owner", new FieldValue.Reference("9")));
        left = left with { Excluded = left.Excluded.Add(excluded, "the person is not to be linked.") };
        Plan(Item(new Sight.Present(left), Seen(Side.Right))).Names().ShouldBe(actions);
        Plan(new PlanItem(null, new Sight.Present(left, IsNew: true), Sight.Unread)).Names().ShouldBe($"Create,{actions}");
    }

    [Theory]
    [InlineData(OnNoMatch.Create, "Create")]
    [InlineData(OnNoMatch.Ask, "Offer")]
    [InlineData(OnNoMatch.Skip, "Skip")]
    public void NewRecord_WithoutACounterpart_FollowsTheTenantsChoice(OnNoMatch choice, string actions)
    {
        var item = new PlanItem(null, new Sight.Present(Record(Side.Left), IsNew: true), Sight.Unread);
        Plan(item, new KindSettings { OnNoMatch = choice }).Names().ShouldBe(actions);
        SyncPlanner.PlanOne(Kind with { OnNoMatch = choice }, FlowSettings.Default, item, Now).Actions.Names().ShouldBe(actions);
        Plan(item with { Candidates = [Record(Side.Right)] }, new KindSettings { OnNoMatch = choice }).Names().ShouldStartWith("Join");
    }

    [Theory]
    [InlineData(OnAmbiguous.Ask, true, "Offer")]
    [InlineData(OnAmbiguous.Create, true, "Create")]
    [InlineData(OnAmbiguous.Create, false, "Offer")]
    public void NewRecord_WithTwoCounterparts_FollowsTheTenantsChoice(OnAmbiguous choice, bool isNew, string actions)
    {
        var item = new PlanItem(null, new Sight.Present(Record(Side.Left), isNew), Sight.Unread) { Candidates = [Record(Side.Right) with { Id = "R1" }, Record(Side.Right) with { Id = "R2" }] };
        Plan(item, new KindSettings { OnAmbiguous = choice, OnNoMatch = OnNoMatch.Ask }).Names().ShouldBe(actions);
    }
}
