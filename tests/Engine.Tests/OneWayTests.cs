namespace SyncFunctions.Engine.Tests;

public sealed class OneWayTests
{
    private static readonly FlowSettings OneWay = FlowSettings.Default with { Direction = Direction.LeftToRight };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void InitialValue_EditedWhereItBelongsSince_DoesNotComeBack(bool agreed)
    {
        var before = FieldSet.Of(("initiallyLeft", FieldValue.Of("Ada")));
        var after = FieldSet.Of(("initiallyLeft", FieldValue.Of("Grace")));
        var bases = agreed ? Bases.None.With(Side.Left, before).With(Side.Right, before) : Bases.None;
        var link = new Link(new LinkId("1"), World.Kind.Name) { State = LinkState.Active, LeftId = "l", RightId = "r", Bases = bases, CreatedFrom = Side.Right };

        var plan = SyncPlanner.PlanOne(World.Kind, OneWay, new PlanItem(link, new Sight.Present(new Record("l", before)), new Sight.Present(new Record("r", after))), World.Now);

        plan.Actions.OfType<SyncAction.Write>().ShouldBeEmpty();
        plan.Actions.OfType<SyncAction.Adopt>().ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            adopt => adopt.Left["initiallyLeft"].ShouldBe(FieldValue.Of("Ada")),
            adopt => adopt.Right["initiallyLeft"].ShouldBe(FieldValue.Of("Grace")));
    }
}
