using System.Collections.Immutable;
using SyncFunctions.Engine;

namespace SyncFunctions.Engine.Tests;

/// <summary>The decision table, arm by arm, on a kind with a name, a number that Synergy-like owners keep, a reference and a lifecycle.</summary>
public class SyncPlannerTests
{
    private static readonly DateTimeOffset Now = World.Now;

    private static readonly KindMap Kind = new()
    {
        Name = "contact",
        LeftKind = "personnel",
        RightKind = "contacts",
        MatchRules = [new MatchRule("email"), new MatchRule("name")],
        StatusLock = new StatusLock(Side.Right, "status"),
        Fields =
        [
            new("name", new("name"), new("name")),
            new("email", new("email") { IgnoresCase = true }, new("email") { IgnoresCase = true }),
            new("number", new("number"), new("number")) { Direction = Direction.InitiallyFromRight },
            new("ghost", new(null) { Constant = new FieldValue.Flag(true) }, new("ghost")) { Type = FieldType.Flag, Direction = Direction.InitiallyFromLeft },
            new("company", new("company"), new("company")) { Type = FieldType.Reference, References = "company", RequiredOn = Side.Left },
            new("stage", new("stage"), new("stage")) { ValueMap = "stages" },
            new(KindMap.Lifecycle, new("alive"), new("alive")),
        ],
    };

    private static readonly FieldSet Agreed = FieldSet.Of(
        ("name", FieldValue.Of("Ada")), ("email", FieldValue.Of("ada@example.com")), ("number", FieldValue.Of("7")), ("ghost", new FieldValue.Flag(true)), (KindMap.Lifecycle, KindMap.Active));

    private static readonly Link Linked = new(new LinkId("1"), Kind.Name)
    {
        State = LinkState.Active,
        LeftId = "L",
        RightId = "R",
        Bases = Bases.None.With(Side.Left, Agreed).With(Side.Right, Agreed),
    };

    private static Sight.Present Left(params (string, FieldValue)[] edits) => new(new Record("L", Agreed.With(FieldSet.Of(edits))));

    private static Sight.Present Right(params (string, FieldValue)[] edits) => new(new Record("R", Agreed.With(FieldSet.Of(edits))));

    private static ImmutableArray<SyncAction> Plan(PlanItem item, FlowSettings? settings = null, KindMap? kind = null) =>
        SyncPlanner.PlanOne(kind ?? Kind, settings ?? FlowSettings.Default, item, Now).Actions;

    private static ImmutableArray<SyncAction> PlanLinked(Sight left, Sight right, FlowSettings? settings = null, KindMap? kind = null) => Plan(new PlanItem(Linked, left, right), settings, kind);

    private static ImmutableArray<SyncAction> PlanNew(Side side, FieldSet fields, FlowSettings? settings = null, string? lockedBy = null, bool isNew = true, params ImmutableArray<Record> candidates)
    {
        var sight = new Sight.Present(new Record("new", fields) { Block = lockedBy is null ? null : new Block(Blocks.Outgoing, SkipReason.StatusLocked, lockedBy, IsFilter: false) }, isNew);
        var item = side == Side.Left ? new PlanItem(null, sight, Sight.Unread) : new PlanItem(null, Sight.Unread, sight);
        return Plan(item with { Candidates = candidates }, settings);
    }

    private static (string, FieldValue) Name(string name) => ("name", FieldValue.Of(name));

    [Fact]
    public void Id_OfARecordThatTheAppHasMade_IsWrittenThoughTheOtherSideIsLockedAndLocksNothing()
    {
        var kind = Planned.Kind with { Fields = [.. Planned.Kind.Fields, new FieldMap("leftId", new(null) { IsId = true }, new("leftId")) { Direction = Direction.LeftToRight }] };
        var settings = new FlowSettings { LockWindow = TimeSpan.FromHours(1) };
        foreach (var held in new[] { null, new LoopLock(Side.Right, Planned.Now.AddMinutes(30)) })
        {
            var item = new PlanItem(Planned.Linked with { CreatedFrom = Side.Right, Lock = held }, new Sight.Present(new Record("L", Planned.Agreed.With("leftId", FieldValue.Of("L")))), new Sight.Present(new Record("R", Planned.Agreed.With("leftId", FieldValue.None))));

            var plan = SyncPlanner.PlanOne(kind, settings, item, Planned.Now);

            plan.Actions.ShouldHaveSingleItem().ShouldBeOfType<SyncAction.Write>().Fields["leftId"].ShouldBe(FieldValue.Of("L"));
        }
    }

    [Fact]
    public void Nothing_WhenBothAreAsTheyWere() => PlanLinked(Left(), Right()).ShouldBeEmpty();

    [Fact]
    public void Echo_OfOneSideAlone_NeedsNoLookAtTheOther() =>
        SyncPlanner.IsChanged(Kind, FlowSettings.Default, Linked.Bases, Side.Right, Right().Record).ShouldBeFalse();

    [Theory]
    [InlineData(Side.Left)]
    [InlineData(Side.Right)]
    public void Edit_OnOneSide_IsWrittenToTheOther(Side side)
    {
        var actions = side == Side.Left ? PlanLinked(Left(Name("Ada L.")), Right()) : PlanLinked(Left(), Right(Name("Ada L.")));
        var write = actions.ShouldHaveSingleItem().ShouldBeOfType<SyncAction.Write>();
        write.Target.ShouldBe(side.Other());
        write.Fields.ShouldBe(FieldSet.Of(Name("Ada L.")));
        write.Before.ShouldBe(FieldSet.Of(Name("Ada")));
    }

    [Fact]
    public void Edits_OfDifferentFields_CrossEachOther()
    {
        var actions = PlanLinked(Left(Name("Ada L.")), Right(("email", FieldValue.Of("lovelace@example.com"))));
        actions.OfType<SyncAction.Write>().Select(write => (write.Target, string.Join(',', write.Fields.Keys))).ShouldBe([(Side.Left, "email"), (Side.Right, "name")]);
        actions.OfType<SyncAction.Conflict>().ShouldBeEmpty();
    }

    [Fact]
    public void SameEdit_OnBothSides_IsAdoptedWithoutAWrite()
    {
        var adopt = PlanLinked(Left(Name("Ada L.")), Right(Name("Ada L."))).ShouldHaveSingleItem().ShouldBeOfType<SyncAction.Adopt>();
        adopt.Left.ShouldBe(FieldSet.Of(Name("Ada L.")));
        adopt.Right.ShouldBe(FieldSet.Of(Name("Ada L.")));
    }

    [Fact]
    public void DifferentEdits_OfOneField_AreAConflictThatTheMasterWins()
    {
        var actions = PlanLinked(Left(Name("Left")), Right(Name("Right")));
        actions.OfType<SyncAction.Conflict>().ShouldHaveSingleItem().ShouldBe(new SyncAction.Conflict("name", Side.Left, FieldValue.Of("Left"), FieldValue.Of("Right"), ConflictRule.Master));
        var write = actions.OfType<SyncAction.Write>().ShouldHaveSingleItem();
        (write.Target, write.Fields).ShouldBe((Side.Right, FieldSet.Of(Name("Left"))));
    }

    [Fact]
    public void DifferentEdits_InsideTheLockWindow_AreWonByTheLocksSource()
    {
        var item = new PlanItem(Linked with { Lock = new LoopLock(Side.Right, Now.AddMinutes(5)) }, Left(Name("Left")), Right(Name("Right")));
        Plan(item).OfType<SyncAction.Conflict>().ShouldHaveSingleItem().Winner.ShouldBe(Side.Right);
    }

    [Fact]
    public void Edit_FromTheOtherSideOfALock_IsHeldUntilItEnds()
    {
        var item = new PlanItem(Linked with { Lock = new LoopLock(Side.Left, Now.AddMinutes(5)) }, Left(), Right(Name("Right")));
        Plan(item).ShouldHaveSingleItem().ShouldBe(new SyncAction.Hold(Side.Right, FieldSet.Of(Name("Right")), Now.AddMinutes(5)));
    }

    [Fact]
    public void Edit_WithAWindow_SetsTheLockFromWhenItWasMade()
    {
        var made = Now.AddMinutes(-20);
        var left = new Sight.Present(new Record("L", Agreed.With(FieldSet.Of(Name("Ada L.")))) { Modified = made });
        PlanLinked(left, Right(), FlowSettings.Default with { LockWindow = TimeSpan.FromHours(1) })
            .OfType<SyncAction.Lock>().ShouldHaveSingleItem().Value.ShouldBe(new LoopLock(Side.Left, made.AddHours(1)));
    }

    [Theory]
    [InlineData("Ada", Side.Left)]
    [InlineData("Ada L.", Side.Right)]
    public void FirstValue_WithAWindow_SetsTheLockUnlessTheOtherSideWasEdited(string rightName, Side source)
    {
        var never = Agreed.Without("email");
        var item = new PlanItem(Linked with { Bases = Bases.None.With(Side.Left, never).With(Side.Right, never) }, Left(), Right(Name(rightName), ("email", FieldValue.None)));
        Plan(item, FlowSettings.Default with { LockWindow = TimeSpan.FromHours(1) })
            .OfType<SyncAction.Lock>().ShouldHaveSingleItem().Value.ShouldBe(new LoopLock(source, Now.AddHours(1)));
    }

    [Fact]
    public void Edit_WhereItIsNotOwned_IsPutBack()
    {
        var write = PlanLinked(Left(), Right(("number", FieldValue.Of("8")))).ShouldHaveSingleItem().ShouldBeOfType<SyncAction.Write>();
        (write.Target, write.Fields).ShouldBe((Side.Right, FieldSet.Of(("number", FieldValue.Of("7")))));
    }

    [Fact]
    public void Edit_WhereItIsNotOwned_IsLeftIfTheTenantWants()
    {
        var actions = PlanLinked(Left(), Right(("number", FieldValue.Of("8"))), FlowSettings.Default with { UnownedEdits = UnownedEdit.Leave });
        actions.OfType<SyncAction.Write>().ShouldBeEmpty();
        actions.OfType<SyncAction.Skip>().ShouldHaveSingleItem().Reason.ShouldBe(SkipReason.NotOwned);
    }

    [Fact]
    public void Activation_OfAGhost_IsNeitherUndoneNorWrittenBack() =>
        PlanLinked(Left(), Right(("ghost", new FieldValue.Flag(false)))).ShouldHaveSingleItem().ShouldBeOfType<SyncAction.Adopt>();

    [Fact]
    public void Archive_IsAFieldLikeAnyOther()
    {
        var write = PlanLinked(Left((KindMap.Lifecycle, KindMap.Archived)), Right()).ShouldHaveSingleItem().ShouldBeOfType<SyncAction.Write>();
        write.Fields.ShouldBe(FieldSet.Of((KindMap.Lifecycle, KindMap.Archived)));
    }

    [Fact]
    public void Edit_OfARecordWithALockedStatus_StaysOnItsSide()
    {
        var locked = new Sight.Present(Right(Name("Right")).Record with { Block = new Block(Blocks.Outgoing, SkipReason.StatusLocked, "Lead", IsFilter: false) });
        PlanLinked(Left(), locked).ShouldHaveSingleItem().ShouldBeOfType<SyncAction.Skip>().Reason.ShouldBe(SkipReason.StatusLocked);
        PlanLinked(Left(("email", FieldValue.Of("l@example.com"))), locked).OfType<SyncAction.Write>().ShouldHaveSingleItem().Target.ShouldBe(Side.Right);
    }

    [Fact]
    public void Deletion_ArchivesTheOther_AndEndsTheLink()
    {
        var actions = PlanLinked(Sight.Confirmed, Right());
        actions[0].ShouldBeOfType<SyncAction.Write>().Fields.ShouldBe(FieldSet.Of((KindMap.Lifecycle, KindMap.Archived)));
        actions[1].ShouldBeOfType<SyncAction.End>().State.ShouldBe(LinkState.Tombstone);
    }

    [Theory]
    [InlineData(LifecyclePolicy.Delete, "Delete,End")]
    [InlineData(LifecyclePolicy.Pause, "End")]
    [InlineData(LifecyclePolicy.Unlink, "End")]
    [InlineData(LifecyclePolicy.Ignore, "Skip")]
    public void Deletion_FollowsThePolicy(LifecyclePolicy policy, string actions)
    {
        var settings = FlowSettings.Default with { Kinds = FlowSettings.Default.Kinds.Add(Kind.Name, new KindSettings { WhenGone = policy }) };
        string.Join(',', PlanLinked(Sight.Confirmed, Right(), settings).Select(action => action.GetType().Name)).ShouldBe(actions);
    }

    [Fact]
    public void Deletion_OfARecordThatTheOtherSideEdited_RevivesIt()
    {
        var create = PlanLinked(Left(Name("Ada L.")), Sight.Confirmed).OfType<SyncAction.Create>().ShouldHaveSingleItem();
        create.Target.ShouldBe(Side.Right);
        create.Fields["name"].ShouldBe(FieldValue.Of("Ada L."));
    }

    [Fact]
    public void Deletion_OfBoth_LeavesATombstone() =>
        PlanLinked(Sight.Confirmed, Sight.Confirmed).ShouldHaveSingleItem().ShouldBeOfType<SyncAction.End>().State.ShouldBe(LinkState.Tombstone);

    [Fact]
    public void Tombstone_IsNeverTouched() =>
        Plan(new PlanItem(Linked with { State = LinkState.Tombstone }, Left(Name("x")), Sight.Unread)).ShouldHaveSingleItem().ShouldBeOfType<SyncAction.Skip>();

    [Fact]
    public void NewRecord_IsCreatedWithWhatItsSideMaySet()
    {
        var create = PlanNew(Side.Left, Agreed).ShouldHaveSingleItem().ShouldBeOfType<SyncAction.Create>();
        create.Target.ShouldBe(Side.Right);
        create.Fields.Keys.ShouldBe(["email", "ghost", KindMap.Lifecycle, "name", "number"], ignoreOrder: true);
    }

    [Fact]
    public void NewRecord_WithAnExactMatch_IsLinkedInsteadOfDoubled()
    {
        var match = new Record("R", FieldSet.Of(("email", FieldValue.Of("ADA@example.com")), ("name", FieldValue.Of("Countess of Lovelace"))));
        var actions = PlanNew(Side.Left, Agreed, candidates: match);
        actions.OfType<SyncAction.Join>().ShouldHaveSingleItem().ShouldBe(new SyncAction.Join("new", "R", "same email"));
        actions.OfType<SyncAction.Create>().ShouldBeEmpty();
        actions.OfType<SyncAction.Write>().ShouldHaveSingleItem().Fields["name"].ShouldBe(FieldValue.Of("Ada"));
    }

    [Fact]
    public void NewRecord_WithTwoMatches_IsOffered()
    {
        var twins = ImmutableArray.Create(new Record("R1", FieldSet.Of(("email", FieldValue.Of("ada@example.com")))), new Record("R2", FieldSet.Of(("email", FieldValue.Of("ada@example.com")))));
        PlanNew(Side.Left, Agreed, candidates: twins).ShouldHaveSingleItem().ShouldBeOfType<SyncAction.Offer>().Candidates.ShouldBe(["R1", "R2"]);
    }

    [Fact]
    public void NewRecord_WithTheSameNameButAnotherEmail_IsNoMatch()
    {
        var namesake = new Record("R", FieldSet.Of(("email", FieldValue.Of("other@example.com")), Name("Ada")));
        PlanNew(Side.Left, Agreed, candidates: namesake).ShouldHaveSingleItem().ShouldBeOfType<SyncAction.Create>();
    }

    [Fact]
    public void NewRecord_BeforeTheOtherSideIsReadToItsEnd_WaitsUnlessItsMatchIsThere()
    {
        var item = new PlanItem(null, new Sight.Present(new Record("new", Agreed), IsNew: true), Sight.Unread) { MayBeFurtherOn = true };
        Plan(item).ShouldHaveSingleItem().ShouldBeOfType<SyncAction.Postpone>();
        Plan(item with { Candidates = [new Record("R", Agreed)] }).OfType<SyncAction.Join>().ShouldHaveSingleItem().RightId.ShouldBe("R");
        Plan(item with { MayBeFurtherOn = false }).ShouldHaveSingleItem().ShouldBeOfType<SyncAction.Create>();
    }

    [Fact]
    public void Blanks_OfTwoThatNeverAgreed_AreAgreedOnAtTheFirstLook()
    {
        var blank = FieldSet.Of(("name", FieldValue.None));
        var item = new PlanItem(Linked with { Bases = Bases.None }, new Sight.Present(new Record("L", blank)), new Sight.Present(new Record("R", blank)));
        var adopted = Plan(item).ShouldHaveSingleItem().ShouldBeOfType<SyncAction.Adopt>();
        adopted.Left.Find("name").ShouldBe(FieldValue.None);
        adopted.Right.Find("name").ShouldBe(FieldValue.None);
    }

    [Fact]
    public void OlderRecord_IsOfferedAndNotCreated() =>
        PlanNew(Side.Left, Agreed, isNew: false).ShouldHaveSingleItem().ShouldBeOfType<SyncAction.Offer>();

    [Fact]
    public void NewRecord_WithItsSwitchOff_IsSkipped()
    {
        var settings = FlowSettings.Default with { Kinds = FlowSettings.Default.Kinds.Add(Kind.Name, new KindSettings { NewLeftToRight = false }) };
        PlanNew(Side.Left, Agreed, settings).ShouldHaveSingleItem().ShouldBeOfType<SyncAction.Skip>().Reason.ShouldBe(SkipReason.NewRecordsOff);
    }

    [Fact]
    public void NewRecord_WithALockedStatus_IsNotSent() =>
        PlanNew(Side.Right, Agreed, lockedBy: "Lead").ShouldHaveSingleItem().ShouldBeOfType<SyncAction.Skip>().Reason.ShouldBe(SkipReason.StatusLocked);

    [Fact]
    public void NewRecord_WithoutARequiredReference_IsNotSent() =>
        PlanNew(Side.Right, Agreed).ShouldHaveSingleItem().ShouldBeOfType<SyncAction.Skip>().Reason.ShouldBe(SkipReason.ReferenceMissing);

    [Fact]
    public void NewRecord_WhoseRequiredReferenceIsNotLinked_Waits() =>
        PlanNew(Side.Right, Agreed.With("company", new FieldValue.Reference("9"))).ShouldHaveSingleItem().ShouldBe(new SyncAction.Park(Side.Right, "company", "company", "9"));

    [Fact]
    public void NewRecord_WhoseOtherReferenceIsNotLinked_IsCreatedAndWaitsForTheRest()
    {
        var actions = PlanNew(Side.Left, Agreed.With("company", new FieldValue.Reference("9")));
        actions.OfType<SyncAction.Create>().ShouldHaveSingleItem().Fields.ContainsKey("company").ShouldBeFalse();
        actions.OfType<SyncAction.Park>().ShouldHaveSingleItem();
    }

    [Fact]
    public void Value_WithoutACounterpartInTheMap_IsToldAndNotSent()
    {
        var settings = FlowSettings.Default with { ValueMaps = FlowSettings.Default.ValueMaps.Add("stages", [new ValuePair("Active", "Design")]) };
        var link = Linked with { Bases = Linked.Bases.With(Side.Left, FieldSet.Of(("stage", FieldValue.Of("Active")))).With(Side.Right, FieldSet.Of(("stage", FieldValue.Of("Active")))) };
        var actions = Plan(new PlanItem(link, Left(("stage", FieldValue.Of("On hold"))), Right(("stage", FieldValue.Of("Active")))), settings);
        actions.ShouldHaveSingleItem().ShouldBeOfType<SyncAction.Skip>().Reason.ShouldBe(SkipReason.ValueUnmapped);
    }

    [Fact]
    public void Blank_WithoutABase_NeverWins()
    {
        var item = new PlanItem(null, new Sight.Present(new Record("L", FieldSet.Of(Name(""), ("email", FieldValue.Of("ada@example.com"))))), Right());
        Plan(item).OfType<SyncAction.Write>().Single(write => write.Target == Side.Left).Fields["name"].ShouldBe(FieldValue.Of("Ada"));
    }

    [Fact]
    public void Join_OfARecordThatWasCreatedFromTheRight_PrefersTheRightsValues()
    {
        var item = new PlanItem(null, Left(Name("Left")), Right(Name("Right"))) { Preferred = Side.Right };
        Plan(item).OfType<SyncAction.Write>().ShouldHaveSingleItem().Target.ShouldBe(Side.Left);
    }

    [Fact]
    public void FieldThatBothCreatedBlank_EditedOnBothSides_IsAConflict()
    {
        var blank = FieldSet.Of(("name", FieldValue.Of("Ada")), ("stage", FieldValue.None), ("email", new FieldValue.Text("")));
        var create = PlanNew(Side.Left, blank.With("company", new FieldValue.LinkedReference(new LinkId("c")))).ShouldHaveSingleItem().ShouldBeOfType<SyncAction.Create>();
        var made = new Record("R", create.Fields.With("email", FieldValue.None));
        var bases = Settlement.AfterWrite(Kind, FlowSettings.Default, Bases.None, Side.Right, create.Fields, create.SourceValues, made, out _);

        var link = Linked with { Bases = bases };
        var actions = Plan(new PlanItem(link, Left(("email", FieldValue.Of("a@example.com"))), Right(("email", FieldValue.Of("b@example.com")))));
        var conflict = actions.OfType<SyncAction.Conflict>().ShouldHaveSingleItem();
        (conflict.Field, conflict.Winner, conflict.Right.ToString()).ShouldBe(("email", Side.Left, "b@example.com"));
    }

    [Fact]
    public void FieldThatTheTargetFilledInByItself_IsNoAgreement()
    {
        var sent = FieldSet.Of(("name", FieldValue.Of("Ada")));
        var made = new Record("R", sent.With("email", FieldValue.Of("default@example.com")));
        var bases = Settlement.AfterWrite(Kind, FlowSettings.Default, Bases.None, Side.Right, sent, sent.With("email", FieldValue.None), made, out _);
        bases.Right.Find("email").ShouldBeNull();
        Plan(new PlanItem(Linked with { Bases = bases }, new Sight.Present(new Record("L", sent.With("email", FieldValue.None))), new Sight.Present(made)))
            .OfType<SyncAction.Write>().ShouldHaveSingleItem().Target.ShouldBe(Side.Left);
    }

    [Fact]
    public void Join_OfRecordsThatDiffer_KeepsWhatIsWrittenOver()
    {
        var actions = Plan(new PlanItem(null, Left(Name("Ada")), Right(Name("Grace"))));
        var conflict = actions.OfType<SyncAction.Conflict>().ShouldHaveSingleItem();
        (conflict.Field, conflict.Winner, conflict.Left.ToString(), conflict.Right.ToString()).ShouldBe(("name", Side.Left, "Ada", "Grace"));

        // A side that does not own the field loses nothing of its own, and a blank is no loss.
        Plan(new PlanItem(null, Left(("number", FieldValue.Of("1"))), Right(("number", FieldValue.Of("2")), ("email", FieldValue.None)))).OfType<SyncAction.Conflict>().ShouldBeEmpty();
    }

    [Fact]
    public void BlankOnBothSides_WithoutABase_IsAgreed()
    {
        var link = Linked with { Bases = Bases.None.With(Side.Left, Agreed.Without("email")).With(Side.Right, Agreed.Without("email")) };
        var actions = Plan(new PlanItem(link, Left(Name("Ada L."), ("email", FieldValue.None)), Right(("email", new FieldValue.Text("")))));
        var adopt = actions.OfType<SyncAction.Adopt>().ShouldHaveSingleItem();
        (adopt.Left.ContainsKey("email"), adopt.Right.ContainsKey("email"), adopt.Left.ContainsKey("company")).ShouldBe((true, true, false));
    }
}
