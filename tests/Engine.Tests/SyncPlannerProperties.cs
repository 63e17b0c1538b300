using FsCheck;
using FsCheck.Fluent;
using SyncFunctions.Engine;

namespace SyncFunctions.Engine.Tests;

public class SyncPlannerProperties
{
    private static readonly Config Thorough = Config.QuickThrowOnFailure.WithMaxTest(2000);

    private static void ForAll(Gen<Situation> situations, Action<Situation> holds) =>
        Check.One(Thorough, Prop.ForAll(situations.ToArbitrary(), holds));

    private static ItemPlan Plan(Situation situation, DateTimeOffset? now = null) => SyncPlanner.PlanOne(World.Kind, situation.Settings, situation.Item, now ?? World.Now);

    private static string Text(ItemPlan plan) => string.Join("\n", plan.Actions);

    private static IEnumerable<SyncAction.Write> Writes(ItemPlan plan) => plan.Actions.OfType<SyncAction.Write>();

    [Fact]
    public void Plan_SameSituationTwice_IsTheSame()
    {
        ForAll(World.Linked, situation => Text(Plan(situation)).ShouldBe(Text(Plan(situation))));
        ForAll(World.Unlinked, situation => Text(Plan(situation)).ShouldBe(Text(Plan(situation))));
    }

    [Fact]
    public void Plan_AppliedOnce_LeavesNothingToWriteOrRemember()
    {
        ForAll(World.Linked, situation => NothingIsLeft(World.Apply(situation, Plan(situation))));
        ForAll(World.Unlinked, situation => NothingIsLeft(World.Apply(situation, Plan(situation))));

        static void NothingIsLeft(Situation after) =>
            Plan(after).Actions.Where(action => action is not (SyncAction.Hold or SyncAction.Skip)).ShouldBeEmpty();
    }

    [Fact]
    public void Plan_Applied_BothSidesAgreeOnWhatThePlanOwns()
    {
        ForAll(World.Linked, situation =>
        {
            var plan = Plan(situation);
            var held = plan.Actions.OfType<SyncAction.Hold>().SelectMany(hold => hold.Fields.Keys).ToHashSet();
            var after = World.Apply(situation, plan);
            foreach (var field in World.Kind.Fields.Where(field => !held.Contains(field.Name)))
            {
                if (!Changed(situation, field) || IsLet(situation, field)) continue;
                var (left, right) = (Value(after, Side.Left, field), Value(after, Side.Right, field));
                if (field.Blank == BlankPolicy.Keep && (left.IsBlank || right.IsBlank)) continue;
                field.Agree(left, right).ShouldBeTrue($"{field.Name}: {left} and {right} after\n{Text(plan)}");
            }
        });
    }

    /// <summary>Fields that no side may carry over, and edits that the tenant lets be.</summary>
    private static bool IsLet(Situation situation, FieldMap field)
    {
        var direction = situation.Settings.DirectionOf(World.Kind, field);
        if (!Sides.Both.Any(side => FlowSettings.Allows(direction, side) && FlowSettings.Allows(situation.Settings.Direction, side)) || !field.Left.CanWrite) return true;
        return situation.Settings.UnownedEdits == UnownedEdit.Leave && Sides.Both.Any(side => !FlowSettings.Allows(direction, side));
    }

    private static bool Changed(Situation situation, FieldMap field) => Sides.Both.Any(side =>
        (side == Side.Left ? situation.Left : situation.Right).Fields.Find(field.Name) is { } value && !FieldMap.SameAsBase(value, situation.Link!.Bases[side][field.Name]));

    private static FieldValue Value(Situation situation, Side side, FieldMap field) =>
        (side == Side.Left ? situation.Left : situation.Right).Fields.Find(field.Name) ?? situation.Link!.Bases[side].Find(field.Name) ?? FieldValue.None;

    [Fact]
    public void Echo_OfOurOwnWrite_IsNoChange()
    {
        ForAll(World.Linked, situation =>
        {
            var plan = Plan(situation);
            var after = World.Apply(situation, plan);

            // Of a set the other half may still be held: that half is a change of its side, and stays one.
            var held = plan.Actions.OfType<SyncAction.Hold>().SelectMany(hold => hold.Fields.Keys).ToHashSet();
            foreach (var write in Writes(plan))
            {
                var echo = new Record("echo", FieldSet.From((write.Target == Side.Left ? after.Left : after.Right).Fields.Where(field => write.Fields.ContainsKey(field.Key) && !held.Contains(field.Key))));
                SyncPlanner.IsChanged(World.Kind, situation.Settings, after.Link!.Bases, write.Target, echo).ShouldBeFalse();
            }
        });
    }

    [Fact]
    public void Write_OfAnyField_ComesFromASideThatMay()
    {
        ForAll(World.Linked, situation =>
        {
            foreach (var write in Writes(Plan(situation)))
            {
                FlowSettings.Allows(situation.Settings.Direction, write.Target.Other()).ShouldBeTrue($"to {write.Target}");
                foreach (var name in write.Fields.Keys)
                {
                    FlowSettings.Allows(situation.Settings.DirectionOf(World.Kind, World.Kind.Field(name)), write.Target.Other()).ShouldBeTrue($"{name} to {write.Target}");
                }
            }
        });
        ForAll(World.Unlinked, situation =>
        {
            foreach (var write in Writes(Plan(situation)))
            {
                FlowSettings.Allows(situation.Settings.Direction, write.Target.Other()).ShouldBeTrue($"to {write.Target}");
                foreach (var name in write.Fields.Keys)
                {
                    FlowSettings.AllowsAtCreation(situation.Settings.DirectionOf(World.Kind, World.Kind.Field(name)), write.Target.Other()).ShouldBeTrue($"{name} to {write.Target}");
                }
            }
        });
    }

    [Fact]
    public void HeldChange_WhenTheLockEnds_IsPlannedLikeAnyOther()
    {
        ForAll(World.Linked, situation =>
        {
            var plan = Plan(situation);
            var later = World.Apply(situation, plan);
            foreach (var hold in plan.Actions.OfType<SyncAction.Hold>())
            {
                // Still there, still not agreed on, and no longer held.
                var again = Plan(later, hold.Until);
                again.Actions.OfType<SyncAction.Hold>().ShouldBeEmpty();
                foreach (var (name, value) in hold.Fields)
                {
                    var reached = again.Actions.OfType<SyncAction.Write>().Any(write => write.Target == hold.Source.Other() && write.Fields.ContainsKey(name));
                    var adopted = again.Actions.OfType<SyncAction.Adopt>().Any(adopt => (hold.Source == Side.Left ? adopt.Left : adopt.Right).ContainsKey(name));

                    // What both sides made of a set goes to both.
                    var merged = value is FieldValue.Set && again.Actions.OfType<SyncAction.Write>().Any(write => write.Fields.ContainsKey(name));
                    (reached || adopted || merged).ShouldBeTrue($"{name} = {value} was held and then lost:\n{Text(again)}");
                }
            }
        });
    }

    [Fact]
    public void Conflict_WithTwoRealValues_IsToldWithBothOfThem()
    {
        ForAll(World.Linked, situation =>
        {
            foreach (var field in World.Kind.Fields.Where(field => field.Type == FieldType.Text && situation.Settings.DirectionOf(World.Kind, field) == Direction.Both))
            {
                if (situation.Left.Fields.Find(field.Name) is not { } left || situation.Right.Fields.Find(field.Name) is not { } right) continue;
                var bothChanged = !FieldMap.SameAsBase(left, situation.Link!.Bases.Left[field.Name]) && !FieldMap.SameAsBase(right, situation.Link.Bases.Right[field.Name]);
                var told = Plan(situation).Actions.OfType<SyncAction.Conflict>().SingleOrDefault(conflict => conflict.Field == field.Name);
                if (Plan(situation).Actions.OfType<SyncAction.Hold>().Any(hold => hold.Fields.ContainsKey(field.Name))) continue;
                if (bothChanged && !field.Agree(left, right)) told.ShouldNotBeNull().ShouldSatisfyAllConditions(conflict => conflict.Left.ShouldBe(left), conflict => conflict.Right.ShouldBe(right));
                else told.ShouldBeNull();
            }
        });
    }
}
