using FsCheck;
using FsCheck.Fluent;
using SyncFunctions.Engine;

namespace SyncFunctions.Engine.Tests;

/// <summary>
/// Whatever the tenant chose and whatever happened on both sides: planning and applying, one vendor write at a time as the service does
/// it, comes to an end, and to one that the tenant's choices allow.
/// </summary>
public class PolicyProperties
{
    /// <summary>Both sides may need a write, a revival another one, and what waited outside a filter one each.</summary>
    private const int MostRounds = 6;

    private static readonly Gen<Block?> AnyBlock = Gen.Frequency(
        (6, Gen.Constant<Block?>(null)),
        (1, Gen.Elements(Enum.GetValues<Blocks>()).Select(ways => (Block?)new Block(ways, SkipReason.Filtered, "outside", IsFilter: true))));

    private static readonly Gen<KindSettings> AnyChoices =
        from gone in Gen.Elements(Enum.GetValues<LifecyclePolicy>())
        from archived in Gen.Elements(Enum.GetValues<LifecyclePolicy>())
        from revive in Gen.Elements<bool?>(null, true, false)
        from master in Gen.Elements<Side?>(null, Side.Left, Side.Right)
        from newest in Gen.Elements(true, false)
        from blank in Gen.Elements(BlankPolicy.Clear, BlankPolicy.Keep)
        select new KindSettings
        {
            WhenGone = gone,
            WhenArchived = archived,
            ReviveEdited = revive,
            Master = master,
            NewestWins = newest,
            Blanks = KindSettings.Default.Blanks.Add("both", blank),
        };

    private static readonly Gen<Case> AnyCase =
        from situation in World.Linked
        from choices in AnyChoices
        from left in AnySight(situation.Left)
        from right in AnySight(situation.Right)
        from state in Gen.Frequency((8, Gen.Constant(LinkState.Active)), (1, Gen.Constant(LinkState.Paused)))
        from outside in Gen.Elements(Enum.GetValues<Outside>())
        let settings = situation.Settings with { Kinds = situation.Settings.Kinds.Add(World.Kind.Name, choices) }
        let link = situation.Link! with { State = state, PausedBy = state == LinkState.Paused ? PauseCause.Archived : null, Outside = outside }
        select new Case(settings, link, left, right);

    private static Gen<Sight> AnySight(Record record) =>
        from block in AnyBlock
        from minutes in Gen.Choose(-100, 0)
        from sight in Gen.Frequency(
            (8, Gen.Constant<Sight>(new Sight.Present(record with { Block = block, Modified = World.Now.AddMinutes(minutes) }))),
            (2, Gen.Constant(Sight.Confirmed)),
            (1, Gen.Elements<Sight>(new Sight.MergedInto("other", IsTaken: false), new Sight.MergedInto("other", IsTaken: true))))
        select sight;

    [Fact]
    public void Rounds_OfPlanningAndApplying_ComeToAnEnd() => ForAll(start =>
    {
        var (now, rounds) = (start, 0);
        while (now.After() is var after && after != now)
        {
            rounds++.ShouldBeLessThan(MostRounds, string.Join('\n', now.Plan().Actions));
            now = after;
        }

        // Nothing is sent any more, nothing is remembered any more, nothing is told any more but what stays as it is.
        now.Plan().Actions.ShouldAllBe(action => action is SyncAction.Skip || action is SyncAction.Hold);
    });

    [Fact]
    public void Rounds_Ended_BothSidesAgreeOnWhatNothingHolds() => ForAll(start =>
    {
        var end = End(start);
        if (end is not { Link.State: LinkState.Active, Left: Sight.Present { Record: { Block: null } left }, Right: Sight.Present { Record: { Block: null } right } }) return;
        var held = end.Plan().Actions.OfType<SyncAction.Hold>().SelectMany(hold => hold.Fields.Keys).ToHashSet();
        foreach (var field in World.Kind.Fields.Where(field => !held.Contains(field.Name) && end.Settings.DirectionOf(World.Kind, field) == Direction.Both && end.Settings.BlankOf(World.Kind, field) == BlankPolicy.Clear))
        {
            // What was agreed on before may differ in any way that the two had agreed on.
            if (Value(start, Side.Left, field) == Value(end, Side.Left, field) && Value(start, Side.Right, field) == Value(end, Side.Right, field)) continue;
            field.Agree(Value(end, Side.Left, field), Value(end, Side.Right, field)).ShouldBeTrue(field.Name);
        }
    });

    [Fact]
    public void Effects_AreThoseThatTheTenantAllows() => ForAll(start =>
    {
        var choices = start.Settings.Kind(World.Kind.Name);
        for (var now = start; now.After() is var after && after != now; now = after)
        {
            foreach (var action in now.Plan().Actions)
            {
                switch (action)
                {
                    case SyncAction.Delete delete:
                        (choices.WhenGone == LifecyclePolicy.Delete || choices.WhenArchived == LifecyclePolicy.Delete).ShouldBeTrue();
                        NotBlocked(now, delete.Target);
                        break;
                    case SyncAction.Write write:
                        NotBlocked(now, write.Target);
                        now.Link.State.ShouldNotBe(LinkState.Tombstone);
                        break;
                    case SyncAction.Create create:
                        now.Item.On(create.Target).ShouldBeOfType<Sight.Gone>();
                        choices.ReviveEdited.ShouldNotBe(false);
                        break;
                }
            }
        }

        static void NotBlocked(Case now, Side target)
        {
            (now.Item.RecordOn(target)?.IsBlocked(Blocks.Incoming) ?? false).ShouldBeFalse();
            (now.Item.RecordOn(target.Other())?.IsBlocked(Blocks.Outgoing) ?? false).ShouldBeFalse();
        }
    });

    [Fact]
    public void Tombstone_WhateverHappens_StaysOne() => ForAll(start =>
    {
        var plan = (start with { Link = start.Link with { State = LinkState.Tombstone } }).Plan();
        plan.Actions.ShouldAllBe(action => action is SyncAction.Skip);
    });

    private static FieldValue Value(Case @case, Side side, FieldMap field) =>
        @case.Item.RecordOn(side)?.Fields.Find(field.Name) ?? @case.Link.Bases[side].Find(field.Name) ?? FieldValue.None;

    private static Case End(Case start)
    {
        var now = start;
        for (var rounds = 0; rounds < MostRounds && now.After() is var after && after != now; rounds++) now = after;
        return now;
    }

    private static void ForAll(Action<Case> holds) => Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll(AnyCase.ToArbitrary(), holds));

    /// <summary>A link and both its records, as they are after so many rounds.</summary>
    public sealed record Case(FlowSettings Settings, Link Link, Sight Left, Sight Right)
    {
        public PlanItem Item => new(Link, Left, Right) { Clocks = new Clocks(TimeSpan.Zero, TimeSpan.FromMinutes(1)) };

        public ItemPlan Plan() => SyncPlanner.PlanOne(World.Kind, Settings, Item, World.Now);

        /// <summary>As the service does it: what is to be remembered, and the first vendor write; the same case where there is neither.</summary>
        public Case After()
        {
            var plan = Plan();
            var next = this;
            foreach (var action in plan.Actions.Where(action => action is not (SyncAction.Create or SyncAction.Write or SyncAction.Delete))) next = next.Remember(action);
            var effect = plan.Actions.FirstOrDefault(action => action is SyncAction.Create or SyncAction.Write or SyncAction.Delete);
            return effect is null ? next : next.Apply(effect);
        }

        private Case Remember(SyncAction action) => action switch
        {
            SyncAction.Adopt adopt => this with { Link = Link with { Bases = Settlement.AfterAdopting(Link.Bases, adopt) } },
            SyncAction.Lock locked => this with { Link = Link with { Lock = locked.Value } },
            SyncAction.Resume => this with { Link = Link with { State = LinkState.Active, PausedBy = null } },
            SyncAction.Cross cross => this with { Link = Link with { Outside = Link.Outside.With(cross.Side, cross.IsOutside) } },
            SyncAction.End end => this with { Link = Link with { State = end.State, PausedBy = end.Cause } },
            SyncAction.Move move => With(move.Side, new Sight.Present(new Record(move.Id, Link.Bases[move.Side]))) with { Link = Link.WithId(move.Side, move.Id) },
            _ => this,
        };

        private Case Apply(SyncAction effect)
        {
            switch (effect)
            {
                case SyncAction.Delete delete:
                    return With(delete.Target, Sight.Confirmed);
                case SyncAction.Create create:
                    var made = new Record("made", Kept(create.Target, create.Fields));
                    var bases = Settlement.AfterWrite(World.Kind, FlowSettings.Default, Bases.None, create.Target, create.Fields, create.SourceValues, made, out _);
                    return With(create.Target, new Sight.Present(made)) with { Link = Link.WithId(create.Target, made.Id) with { Bases = bases } };
                default:
                    var write = (SyncAction.Write)effect;
                    var record = Item.RecordOn(write.Target)!;
                    record = record with { Fields = record.Fields.With(Kept(write.Target, write.Fields)) };
                    return With(write.Target, new Sight.Present(record)) with { Link = Link with { Bases = Settlement.AfterWrite(World.Kind, FlowSettings.Default, Link.Bases, write.Target, write.Fields, write.SourceValues, record, out _) } };
            }
        }

        private static FieldSet Kept(Side side, FieldSet sent) => FieldSet.From(sent.Select(field => KeyValuePair.Create(field.Key, World.Kind.Field(field.Key).End(side).Keep(field.Value))));

        private Case With(Side side, Sight sight) => side == Side.Left ? this with { Left = sight } : this with { Right = sight };
    }
}
