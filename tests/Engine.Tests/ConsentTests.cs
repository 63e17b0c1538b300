using System.Collections.Immutable;

namespace SyncFunctions.Engine.Tests;

public sealed class ConsentTests
{
    private static readonly KindMap Kind = new()
    {
        Name = "person",
        LeftKind = "constituents",
        RightKind = "members",
        MatchRules = [new MatchRule("email")],
        Fields =
        [
            new("email", new("email"), new("email")),
            new("consent", new("consent"), new("consent")) { IsConsent = true },
        ],
    };

    private static readonly FieldValue?[] Values = [null, FieldValue.None, Consent.Given, Consent.Refused];

    private static readonly ImmutableArray<FlowSettings> Settings =
    [
        .. from direction in new[] { Direction.Both, Direction.LeftToRight, Direction.RightToLeft }
           from master in Sides.Both
           from unowned in Enum.GetValues<UnownedEdit>()
           from end in Enum.GetValues<LockEnd>()
           select new FlowSettings { Direction = direction, UnownedEdits = unowned, OnLockEnd = end, LockWindow = TimeSpan.FromHours(1) }
               .With(Kind.Name, choices => choices with { Master = master, NewestWins = true }),
    ];

    /// <summary>Every consent before and now on either side, under every lock, direction, master and policy.</summary>
    [Fact]
    public void Consent_WhateverTheSettingsSay_IsWrittenOnlyToRefuse()
    {
        foreach (var (settings, item) in Items())
        {
            foreach (var write in Plan(settings, item).OfType<SyncAction.Write>()) write.Fields.Find("consent").ShouldBeOneOf([null, Consent.Refused], $"{item}");
        }
    }

    [Fact]
    public void Refusal_OfAPersonWhoHadGivenConsent_GoesOverAtOnce()
    {
        var tried = 0;
        foreach (var (settings, item) in Items())
        {
            foreach (var side in Sides.Both.Where(side => FlowSettings.Allows(settings.Direction, side)))
            {
                if (Was(item, side) != Consent.Given || Is(item, side) != Consent.Refused || Is(item, side.Other()) != Consent.Given) continue;
                tried++;
                var write = Plan(settings, item).OfType<SyncAction.Write>().ShouldHaveSingleItem($"{item}");
                write.Target.ShouldBe(side.Other());
                write.Fields["consent"].ShouldBe(Consent.Refused);
            }
        }

        tried.ShouldBeGreaterThan(100);
    }

    [Fact]
    public void Refusal_OnceItIsApplied_IsNothingMoreToDo()
    {
        foreach (var (settings, item) in Items())
        {
            var write = Plan(settings, item).OfType<SyncAction.Write>().FirstOrDefault();
            var adopted = Plan(settings, item).OfType<SyncAction.Adopt>().FirstOrDefault();
            var bases = adopted is null ? item.Link!.Bases : Settlement.AfterAdopting(item.Link!.Bases, adopted);
            var (left, right) = (item.RecordOn(Side.Left)!, item.RecordOn(Side.Right)!);
            if (write is not null)
            {
                var written = write.Target == Side.Left ? left = left with { Fields = left.Fields.With(write.Fields) } : right = right with { Fields = right.Fields.With(write.Fields) };
                bases = Settlement.AfterWrite(Kind, settings, bases, write.Target, write.Fields, write.SourceValues, written, out var again);
                again.ShouldBeFalse($"{item}");
            }

            Plan(settings, item with { Link = item.Link! with { Bases = bases }, Left = new Sight.Present(left), Right = new Sight.Present(right) }).OfType<SyncAction.Write>().ShouldBeEmpty($"{item}");
        }
    }

    [Theory]
    [InlineData(null, Side.Right)]
    [InlineData(Side.Right, Side.Right)]
    [InlineData(Side.Left, null)]
    public void Refusal_LocksTheRecord_UnlessTheOtherSideHasIt(Side? before, Side? locked) =>
        Plan(FlowSettings.Default with { LockWindow = TimeSpan.FromHours(1) }, Item(Consent.Given, Consent.Given, Consent.Given, Consent.Refused, before))
            .OfType<SyncAction.Lock>().Select(action => (Side?)action.Value.Source).FirstOrDefault().ShouldBe(locked);

    [Fact]
    public void Refusal_ThatSomebodyTicksAwayOnTheOtherSide_StaysAndIsSaid()
    {
        var item = Item(Consent.Refused, Consent.Refused, Consent.Given, Consent.Refused, null);

        Plan(FlowSettings.Default, item).OfType<SyncAction.Skip>().ShouldHaveSingleItem().Reason.ShouldBe(SkipReason.ConsentKept);
    }

    [Theory]
    [InlineData(Side.Left)]
    [InlineData(Side.Right)]
    public void Refusal_OfARecordThatIsMadeAnew_IsNotForgotten(Side gone)
    {
        var known = Item(Consent.Given, Consent.Given, Consent.Given, Consent.Given, null);
        var refused = known.Link! with { Bases = known.Link!.Bases.With(gone, FieldSet.Of(("consent", Consent.Refused))) };
        var edited = new Sight.Present(new Record(gone == Side.Left ? "R" : "L", FieldSet.Of(("email", FieldValue.Of("new@example.org")), ("consent", Consent.Given))));
        var item = gone == Side.Left ? new PlanItem(refused, Sight.Confirmed, edited) : new PlanItem(refused, edited, Sight.Confirmed);

        // At once, and where the first attempt came to nothing and the link keeps only what it must not forget.
        var again = new PlanItem(null, item.Left is Sight.Gone ? Sight.Unread : edited with { IsNew = true }, item.Right is Sight.Gone ? Sight.Unread : edited with { IsNew = true }) { Before = Consent.Of(Kind, refused.Bases) };
        foreach (var revived in new[] { item, again }) Plan(FlowSettings.Default, revived).OfType<SyncAction.Create>().ShouldHaveSingleItem().Fields["consent"].ShouldBe(Consent.Refused);
    }

    private static ImmutableArray<SyncAction> Plan(FlowSettings settings, PlanItem item) => SyncPlanner.PlanOne(Kind, settings, item, World.Now).Actions;

    private static IEnumerable<(FlowSettings Settings, PlanItem Item)> Items() =>
        from settings in Settings
        from baseLeft in Values
        from baseRight in Values
        from left in Values
        from right in Values
        from source in new Side?[] { null, Side.Left, Side.Right }
        select (settings, Item(baseLeft, baseRight, left, right, source));

    private static PlanItem Item(FieldValue? baseLeft, FieldValue? baseRight, FieldValue? left, FieldValue? right, Side? source)
    {
        var link = new Link(new LinkId("1"), Kind.Name)
        {
            State = LinkState.Active,
            LeftId = "L",
            RightId = "R",
            Bases = Bases.None.With(Side.Left, Fields(baseLeft)).With(Side.Right, Fields(baseRight)),
            Lock = source is { } side ? new LoopLock(side, World.Now.AddMinutes(30)) : null,
        };
        return new PlanItem(link, new Sight.Present(new Record("L", Fields(left)) { Modified = World.Now.AddMinutes(-1) }), new Sight.Present(new Record("R", Fields(right)) { Modified = World.Now.AddMinutes(-2) }));
    }

    private static FieldSet Fields(FieldValue? consent) => consent is null ? Email : Email.With("consent", consent);

    private static readonly FieldSet Email = FieldSet.Of(("email", FieldValue.Of("pat@example.org")));

    private static FieldValue? Was(PlanItem item, Side side) => item.Link!.Bases[side].Find("consent");

    private static FieldValue? Is(PlanItem item, Side side) => item.RecordOn(side)!.Fields.Find("consent");
}
