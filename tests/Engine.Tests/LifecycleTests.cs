using SyncFunctions.Engine;
using static SyncFunctions.Engine.Tests.Planned;

namespace SyncFunctions.Engine.Tests;

/// <summary>Archived, deleted, merged, and the policies for it.</summary>
public class LifecycleTests
{
    [Theory]
    [InlineData(Side.Left, LifecyclePolicy.Archive, "Write")]
    [InlineData(Side.Right, LifecyclePolicy.Archive, "Write")]
    [InlineData(Side.Left, LifecyclePolicy.Pause, "End")]
    [InlineData(Side.Right, LifecyclePolicy.Unlink, "End")]
    [InlineData(Side.Left, LifecyclePolicy.Ignore, "")]
    [InlineData(Side.Left, LifecyclePolicy.Delete, "Delete,End")]
    [InlineData(Side.Right, LifecyclePolicy.Delete, "Delete,End")]
    public void Archived_OnOneSide_FollowsThePolicy(Side side, LifecyclePolicy policy, string actions) =>
        Plan(Item(side, Seen(side, Archived), Seen(side.Other())), new KindSettings { WhenArchived = policy }).Names().ShouldBe(actions);

    [Theory]
    [InlineData(LifecyclePolicy.Archive, LinkState.Tombstone)]
    [InlineData(LifecyclePolicy.Pause, LinkState.Paused)]
    [InlineData(LifecyclePolicy.Unlink, LinkState.Tombstone)]
    [InlineData(LifecyclePolicy.Delete, LinkState.Tombstone)]
    public void Gone_OnOneSide_EndsTheLink(LifecyclePolicy policy, LinkState state) =>
        Plan(Item(Sight.Confirmed, Seen(Side.Right)), new KindSettings { WhenGone = policy }).OfType<SyncAction.End>().ShouldHaveSingleItem().State.ShouldBe(state);

    [Fact]
    public void Gone_BeforeItsCounterpartWasMade_EndsTheLink() =>
        Plan(Item(Sight.Confirmed, Sight.Unread, Linked with { State = LinkState.Creating, RightId = null }))
            .ShouldHaveSingleItem().ShouldBe(new SyncAction.End(LinkState.Tombstone, "deleted before its counterpart was made"));

    [Fact]
    public void Archived_WithPause_SaysWhatPausedIt() =>
        Plan(Item(Seen(Side.Left, Archived), Seen(Side.Right, Named("Bob"))), new KindSettings { WhenArchived = LifecyclePolicy.Pause })
            .ShouldHaveSingleItem().ShouldBe(new SyncAction.End(LinkState.Paused, "archived on the left side") { Cause = PauseCause.Archived });

    [Fact]
    public void Archived_WhileEditedOnTheOther_IsNotDeleted()
    {
        var actions = Plan(Item(Seen(Side.Left, Archived), Seen(Side.Right, Named("Bob"))), new KindSettings { WhenArchived = LifecyclePolicy.Delete });
        actions.OfType<SyncAction.Delete>().ShouldBeEmpty();
        actions.OfType<SyncAction.Write>().Single(write => write.Target == Side.Right).Fields.ShouldBe(FieldSet.Of(Archived));
        actions.OfType<SyncAction.Write>().Single(write => write.Target == Side.Left).Fields.ShouldBe(FieldSet.Of(Named("Bob")));
    }

    [Fact]
    public void Archived_WithIgnore_EditsFlowOn()
    {
        var write = Plan(Item(Seen(Side.Left, Archived, Named("Bob")), Seen(Side.Right)), new KindSettings { WhenArchived = LifecyclePolicy.Ignore }).ShouldHaveSingleItem().ShouldBeOfType<SyncAction.Write>();
        write.Fields.ShouldBe(FieldSet.Of(Named("Bob")));
    }

    [Fact]
    public void Archived_OnBothSides_IsAdopted() =>
        Plan(Item(Seen(Side.Left, Archived), Seen(Side.Right, Archived)), new KindSettings { WhenArchived = LifecyclePolicy.Delete }).Names().ShouldBe("Adopt");

    [Fact]
    public void Unarchived_WithThePlainPolicy_Flows()
    {
        var archived = Agreed.With(FieldSet.Of(Archived));
        var link = Linked with { Bases = Bases.None.With(Side.Left, archived).With(Side.Right, archived) };
        var write = Plan(Item(Seen(Side.Left), Seen(Side.Right, Archived), link)).ShouldHaveSingleItem().ShouldBeOfType<SyncAction.Write>();
        (write.Target, write.Fields).ShouldBe((Side.Right, FieldSet.Of((KindMap.Lifecycle, KindMap.Active))));
    }

    [Fact]
    public void Paused_ByAnArchiving_GoesOnWhenItIsUndone_WithWhatWasEditedMeanwhile()
    {
        var paused = Linked with { State = LinkState.Paused, PausedBy = PauseCause.Archived };
        var actions = Plan(Item(Seen(Side.Left), Seen(Side.Right, Named("Bob")), paused), new KindSettings { WhenArchived = LifecyclePolicy.Pause });
        actions.Names().ShouldBe("Resume,Write");
        actions.OfType<SyncAction.Write>().Single().Target.ShouldBe(Side.Left);
    }

    [Theory]
    [InlineData(PauseCause.Archived, true)]
    [InlineData(PauseCause.Gone, false)]
    [InlineData(null, false)]
    public void Paused_OtherwiseOrStillArchived_StaysPaused(PauseCause? cause, bool archived)
    {
        var paused = Linked with { State = LinkState.Paused, PausedBy = cause };
        Plan(Item(archived ? Seen(Side.Left, Archived) : Seen(Side.Left), Seen(Side.Right, Named("Bob")), paused)).Names().ShouldBe("Skip");
    }

    [Theory]
    [InlineData(true, "Create")]
    [InlineData(null, "Create")]
    [InlineData(false, "Write,End")]
    public void Gone_WhileEdited_IsCreatedAgainUnlessTheTenantDoesNotWantIt(bool? revive, string actions) =>
        Plan(Item(Sight.Confirmed, Seen(Side.Right, Named("Bob"))), new KindSettings { ReviveEdited = revive }).Names().ShouldBe(actions);

    [Fact]
    public void Gone_WhileTheOtherWasArchived_IsNotRevived()
    {
        Plan(Item(Sight.Confirmed, Seen(Side.Right, Archived))).Names().ShouldBe("End");
        Plan(Item(Sight.Confirmed, Seen(Side.Right, Archived)), new KindSettings { WhenArchived = LifecyclePolicy.Delete }).Names().ShouldBe("End");
    }

    [Fact]
    public void Gone_AfterItLeftItsFilter_LeavesTheOtherAlone()
    {
        var choices = new KindSettings { Filters = [new RecordFilter(Side.Left, "list", ["x"])] };
        Plan(Item(Sight.Confirmed, Seen(Side.Right), Linked with { Outside = Outside.Left }), choices).ShouldHaveSingleItem().ShouldBeOfType<SyncAction.Skip>().Reason.ShouldBe(SkipReason.Filtered);
        Plan(Item(Sight.Confirmed, Seen(Side.Right)), choices).Names().ShouldBe("Write,End");
    }

    [Fact]
    public void Gone_WhileTheOtherIsNotToBeWritten_LeavesItAlone() =>
        Plan(Item(Sight.Confirmed, Seen(Side.Right, Incoming))).OfType<SyncAction.Skip>().ShouldHaveSingleItem().Reason.ShouldBe(SkipReason.Filtered);

    [Theory]
    [InlineData(Side.Left)]
    [InlineData(Side.Right)]
    public void Merged_IntoAFreeRecord_MovesTheLink(Side side) =>
        Plan(Item(side, new Sight.MergedInto("other", IsTaken: false), Seen(side.Other()))).ShouldHaveSingleItem().ShouldBe(new SyncAction.Move(side, "other"));

    [Fact]
    public void Merged_IntoALinkedRecord_EndsTheLinkAndOffersTheSurvivor()
    {
        var end = Plan(Item(new Sight.MergedInto("other", IsTaken: true), Seen(Side.Right))).ShouldHaveSingleItem().ShouldBeOfType<SyncAction.End>();
        (end.State, end.Offers).ShouldBe((LinkState.Tombstone, Side.Right));
        end.Reason.ShouldContain("other");
    }

    [Fact]
    public void Merged_IntoALinkedRecord_OnBothSides_OffersNobody() =>
        Plan(Item(new Sight.MergedInto("a", IsTaken: true), new Sight.MergedInto("b", IsTaken: true))).ShouldHaveSingleItem().ShouldBeOfType<SyncAction.End>().Offers.ShouldBeNull();

    [Fact]
    public void Tombstoned_RecordThatIsListedAgain_IsNeitherNewNorMatched()
    {
        var seen = new Sight.Present(Record(Side.Left), IsNew: true);
        var item = new PlanItem(null, seen, Sight.Unread) { IsTombstone = true, Candidates = [Record(Side.Right)] };
        Plan(item).ShouldHaveSingleItem().ShouldBeOfType<SyncAction.Skip>().Reason.ShouldBe(SkipReason.Tombstone);
    }

    [Fact]
    public void Quarantined_Link_WaitsForAPerson() =>
        Plan(Item(Seen(Side.Left, Named("Bob")), Seen(Side.Right), Linked with { State = LinkState.Quarantined })).ShouldHaveSingleItem().ShouldBeOfType<SyncAction.Skip>().Reason.ShouldBe(SkipReason.Quarantined);
}
