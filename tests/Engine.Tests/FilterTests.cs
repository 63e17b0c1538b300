using SyncFunctions.Engine;
using static SyncFunctions.Engine.Tests.Planned;

namespace SyncFunctions.Engine.Tests;

public class FilterTests
{
    private static readonly Link OutsideLink = Linked with { Outside = Outside.Left };

    [Theory]
    [InlineData("list", "Members", false, "list=Members;VIP", true)]
    [InlineData("list", "members", false, "list=Members;VIP", true)]
    [InlineData("list", "Donors", false, "list=Members;VIP", false)]
    [InlineData("list", "Donors", true, "list=Members;VIP", true)]
    [InlineData("list", "VIP", true, "list=Members;VIP", false)]
    [InlineData("email", "", false, "email=a@x.example", true)]
    [InlineData("email", "", false, "email=", false)]
    [InlineData("email", "", false, "name=Ada", false)]
    [InlineData("email", "", true, "name=Ada", true)]
    public void Admits_ByValuesOfTheVendorsField(string field, string anyOf, bool except, string record, bool admitted)
    {
        var (name, values) = (record.Split('=')[0], record.Split('=')[1]);
        FieldValue value = values.Contains(';', StringComparison.Ordinal) ? new FieldValue.Set(values.Split(';')) : FieldValue.Of(values);
        new RecordFilter(Side.Left, field, anyOf.Length == 0 ? [] : [anyOf], except).Admits(new Record("1", FieldSet.Of((name, value)))).ShouldBe(admitted);
    }

    [Fact]
    public void Project_OutsideAFilterOfItsSide_IsBlocked()
    {
        var settings = With(new KindSettings { Filters = [new RecordFilter(Side.Left, "list", ["x"], Blocks: Blocks.Outgoing), new RecordFilter(Side.Left, "site", ["y"], Blocks: Blocks.Incoming)] });
        var vendor = new Record("L", FieldSet.Of(("name", FieldValue.Of("Ada")), ("list", FieldValue.Of("x"))));
        var block = Kind.Project(Side.Left, vendor, settings).Block!;
        (block.Ways, block.IsFilter).ShouldBe((Blocks.Incoming, true));
        Kind.Project(Side.Left, vendor with { Fields = vendor.Fields.Without("list") }, settings).Block!.Ways.ShouldBe(Blocks.Both);
        Kind.Project(Side.Right, vendor, settings).Block.ShouldBeNull();
    }

    [Fact]
    public void Change_OfARecordOutside_StaysWhereItIs_AndIsNotAgreedOn()
    {
        var actions = Plan(Item(Seen(Side.Left, Outgoing, Named("Bob")), Seen(Side.Right), OutsideLink));
        actions.ShouldHaveSingleItem().ShouldBeOfType<SyncAction.Skip>().Reason.ShouldBe(SkipReason.Filtered);
    }

    [Fact]
    public void Change_OfTheOtherSide_IsNotWrittenToARecordThatTakesNothing() =>
        Plan(Item(Seen(Side.Left, Incoming), Seen(Side.Right, Named("Bob")), OutsideLink)).Names().ShouldBe("Skip");

    [Fact]
    public void Change_OfTheOtherSide_IsWrittenToARecordThatOnlySendsNothing() =>
        Plan(Item(Seen(Side.Left, Outgoing), Seen(Side.Right, Named("Bob")), OutsideLink)).OfType<SyncAction.Write>().ShouldHaveSingleItem().Target.ShouldBe(Side.Left);

    [Fact]
    public void Leaving_IsToldOnce()
    {
        Plan(Item(Seen(Side.Left, Outgoing), Seen(Side.Right))).ShouldHaveSingleItem().ShouldBe(new SyncAction.Cross(Side.Left, IsOutside: true));
        Plan(Item(Seen(Side.Left, Outgoing), Seen(Side.Right), OutsideLink)).ShouldBeEmpty();
    }

    [Fact]
    public void Entering_BringsWhatWasMissed()
    {
        var missed = Seen(Side.Right, Named("Bob"));
        SyncPlanner.NeedsOther(Kind, FlowSettings.Default, OutsideLink, Side.Left, Seen(Side.Left)).ShouldBeTrue();
        Plan(Item(Seen(Side.Left), missed, OutsideLink)).Names().ShouldBe("Cross,Write");
        SyncPlanner.NeedsOther(Kind, FlowSettings.Default, Linked, Side.Left, Seen(Side.Left)).ShouldBeFalse();
    }

    [Fact]
    public void Conflict_WhoseMasterIsOutside_IsWonByTheOther()
    {
        var actions = Plan(Item(Seen(Side.Left, Outgoing, Named("Left")), Seen(Side.Right, Named("Right")), OutsideLink));
        actions.OfType<SyncAction.Conflict>().ShouldHaveSingleItem().Winner.ShouldBe(Side.Right);
        actions.OfType<SyncAction.Write>().ShouldHaveSingleItem().Target.ShouldBe(Side.Left);
    }

    [Fact]
    public void Conflict_OfARecordThatNeitherSendsNorTakes_IsNotDecided() =>
        Plan(Item(Seen(Side.Left, Outgoing with { Ways = Blocks.Both }, Named("Left")), Seen(Side.Right, Named("Right")), OutsideLink)).Names().ShouldBe("Skip,Skip");

    [Fact]
    public void Sets_OfARecordOutside_GoOnlyWhereTheyMay() =>
        Plan(Item(Seen(Side.Left, Incoming, ("tags", new FieldValue.Set("a", "b"))), Seen(Side.Right, ("tags", new FieldValue.Set("a", "c"))), OutsideLink)).Names().ShouldBe("Write,Skip");

    [Fact]
    public void NewRecord_OutsideItsFilter_IsNotCreated() =>
        Plan(new PlanItem(null, new Sight.Present(Record(Side.Left) with { Block = Outgoing }, IsNew: true), Sight.Unread)).ShouldHaveSingleItem().ShouldBeOfType<SyncAction.Skip>().Reason.ShouldBe(SkipReason.Filtered);

    [Fact]
    public void NewRecord_OutsideItsFilter_IsStillMatched()
    {
        var item = new PlanItem(null, new Sight.Present(Record(Side.Left, Named("Ada")) with { Block = Outgoing }, IsNew: true), Sight.Unread) { Candidates = [new Record("R", FieldSet.Of(Named("Ada")))] };
        var actions = Plan(item);
        actions[0].ShouldBeOfType<SyncAction.Join>();
        actions.OfType<SyncAction.Write>().ShouldBeEmpty();
    }

    [Fact]
    public void FilterHash_TellsFiltersApart()
    {
        FlowSettings.Default.FilterHash(Kind).ShouldBeNull();
        var filter = new RecordFilter(Side.Left, "list", ["x"]);
        RecordFilter[] others = [filter with { Side = Side.Right }, filter with { Field = "site" }, filter with { AnyOf = ["y"] }, filter with { Except = true }, filter with { Blocks = Blocks.Incoming }];
        others.Append(filter).Select(one => With(new KindSettings { Filters = [one] }).FilterHash(Kind)).Distinct().Count().ShouldBe(6);
        With(new KindSettings { Filters = [filter] }).FilterHash(Kind).ShouldBe(With(new KindSettings { Filters = [filter with { AnyOf = ["x"] }] }).FilterHash(Kind));
    }

    public static TheoryData<OnNoMatch?, bool, Type> Limited => new()
    {
        { null, true, typeof(SyncAction.Offer) },
        { OnNoMatch.Ask, true, typeof(SyncAction.Offer) },
        { OnNoMatch.Skip, true, typeof(SyncAction.Skip) },

        // Whoever wants new records created does not want that person twice.
        { OnNoMatch.Create, true, typeof(SyncAction.Offer) },
        { null, false, typeof(SyncAction.Offer) },
        { OnNoMatch.Skip, false, typeof(SyncAction.Skip) },
        { OnNoMatch.Create, false, typeof(SyncAction.Create) },
    };

    [Theory]
    [MemberData(nameof(Limited))]
    public void NewRecord_WhereTheSearchIsLimited_IsNeverMadeADoubleOfSomebodyOutside(OnNoMatch? choice, bool isSomebodyOutside, Type expected)
    {
        var outside = Planned.Record(Side.Right) with { Block = Planned.Outgoing with { Ways = Blocks.Both } };
        var item = new PlanItem(null, new Sight.Present(Planned.Record(Side.Left), IsNew: true), Sight.Unread) { Candidates = isSomebodyOutside ? [outside] : [] };

        var plan = Planned.Plan(item, new KindSettings { OnNoMatch = choice, Filters = [new RecordFilter(Side.Right, "list", ["42"])] });

        plan.OfType<SyncAction.Create>().Any().ShouldBe(expected == typeof(SyncAction.Create));
        plan.ShouldContain(action => action.GetType() == expected);
        if (isSomebodyOutside) plan.OfType<SyncAction.Offer>().SelectMany(offer => offer.Candidates).ShouldBe(expected == typeof(SyncAction.Offer) ? ["R"] : []);
    }
}
