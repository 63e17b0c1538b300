using System.Collections.Immutable;

namespace SyncFunctions.Engine.Tests;

public sealed class ReactionTests
{
    private static readonly KindMap Kind = Planned.Kind with { Fields = [.. Planned.Kind.Fields, new FieldMap("prospect", new("prospect"), new(null)) { Direction = Direction.LeftToRight, Event = FieldMap.Prospect }] };

    private static readonly FlowSettings Settings = new()
    {
        Reactions = [new(ReactionEvent.ProspectAdded, new ReactionDo(Tag: "New")), new(ReactionEvent.ProspectStatusChanged, new ReactionDo(Tag: "Won")) { Status = ["Won"] }],
    };

    [Theory]
    [InlineData("", "Open", "New")]
    [InlineData("Open", "won", "Won")]
    [InlineData("Open", "Lost", null)]
    [InlineData("Open", "Open", null)]
    [InlineData("Open", "", null)]
    [InlineData(null, "Open", null)]
    public void Status_OfALinkedRecord_IsToldWhenItBecomesWhatIsReactedTo(string? before, string now, string? tag)
    {
        var link = Planned.Linked;
        if (before is not null) link = link with { Bases = link.Bases.With(Side.Left, FieldSet.Of(("prospect", FieldValue.Of(before)))) };
        var left = new Record("L", Planned.Agreed.With("prospect", FieldValue.Of(now)));

        var plan = SyncPlanner.PlanOne(Kind, Settings, new PlanItem(link, new Sight.Present(left), new Sight.Present(new Record("R", Planned.Agreed))), Planned.Now);

        plan.Actions.OfType<SyncAction.Tell>().SelectMany(told => told.Reactions).Select(reaction => reaction.Tag).ShouldBe(tag is null ? [] : [tag]);
        plan.HasEffects.ShouldBeFalse();
        if (before != now) plan.Actions.OfType<SyncAction.Adopt>().ShouldHaveSingleItem().Left["prospect"].ShouldBe(FieldValue.Of(now));
        var (oneWay, outside) = (Settings with { Direction = Direction.RightToLeft }, left with { Block = Planned.Outgoing });
        SyncPlanner.PlanOne(Kind, oneWay, plan.Item, Planned.Now).Actions.OfType<SyncAction.Tell>().ShouldBeEmpty();
        SyncPlanner.PlanOne(Kind, Settings, plan.Item with { Left = new Sight.Present(outside) }, Planned.Now).Actions.OfType<SyncAction.Tell>().ShouldBeEmpty("Outside the filter it waits.");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Status_OfANewRecord_IsToldWithItsLink(bool hasCounterpart)
    {
        var left = new Record("L", Planned.Agreed.With("prospect", FieldValue.Of("Open")));
        ImmutableArray<Record> candidates = hasCounterpart ? [new Record("R", Planned.Agreed)] : [];

        var plan = SyncPlanner.PlanOne(Kind, Settings, new PlanItem(null, new Sight.Present(left, IsNew: true), Sight.Unread) { Candidates = candidates }, Planned.Now);

        plan.Actions.Count(action => action is SyncAction.Create or SyncAction.Join).ShouldBe(1);
        plan.Actions.OfType<SyncAction.Tell>().ShouldHaveSingleItem().What.ShouldBe(ReactionEvent.ProspectAdded);
        plan.Actions.OfType<SyncAction.Adopt>().ShouldContain(adopt => adopt.Left.Find("prospect") == FieldValue.Of("Open"));
        SyncPlanner.PlanOne(Kind, FlowSettings.Default, plan.Item, Planned.Now).Actions.OfType<SyncAction.Tell>().ShouldBeEmpty();
    }
}
