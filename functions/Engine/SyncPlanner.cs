using System.Collections.Immutable;

namespace SyncFunctions.Engine;

/// <summary>
/// Decides what has to happen so that two sides agree. Pure: the same items, settings and time give the same plan.
/// A linked record is as its base says, changed, archived, gone, or merged into another one; an unlinked one is new, or older than the flow.
/// </summary>
public static class SyncPlanner
{
    public static ImmutableArray<ItemPlan> Plan(KindMap kind, FlowSettings settings, IEnumerable<PlanItem> items, DateTimeOffset now) =>
        [.. items.Select(item => PlanOne(kind, settings, item, now))];

    public static ItemPlan PlanOne(KindMap kind, FlowSettings settings, PlanItem item, DateTimeOffset now)
    {
        var plan = new Planning(kind, settings, item, now);
        TellUnmapped(plan);
        switch (item.Link)
        {
            case null:
                FirstSight.Plan(plan);
                break;
            case { State: LinkState.Tombstone }:
                plan.Skip(item.SeenSide, SkipReason.Tombstone, "These records are not to be linked.");
                break;
            case { State: LinkState.Creating }:
                plan.Add(new SyncAction.End(LinkState.Tombstone, "deleted before its counterpart was made"));
                break;
            case { State: LinkState.Quarantined }:
                plan.Skip(item.SeenSide, SkipReason.Quarantined, "This record was written to and fro; it waits for a person.");
                break;
            case { State: LinkState.Paused } link when Lifecycle.GoesOn(kind, item, link):
                plan.Add(new SyncAction.Resume("no longer archived"));
                PlanLinked(plan, link);
                break;
            case { State: LinkState.Paused }:
                plan.Skip(item.SeenSide, SkipReason.Paused, "This record is paused.");
                break;
            default:
                PlanLinked(plan, item.Link);
                break;
        }

        return plan.ToPlan();
    }

    /// <summary>
    /// Whether the other side has to be read to plan a record of <paramref name="side"/>: an echo of our own write, or a change of
    /// something that is not mapped, needs nothing more.
    /// </summary>
    public static bool NeedsOther(KindMap kind, FlowSettings settings, Link link, Side side, Sight sight) => sight switch
    {
        Sight.Gone or Sight.MergedInto => true,
        Sight.Present { Record: var record } when link.State == LinkState.Paused => Lifecycle.MayGoOn(kind, link, record),
        Sight.Present { Record: var record } => IsChanged(kind, settings, link.Bases, side, record) || Enters(link, side, record),
        _ => false,
    };

    /// <summary>Whether a record differs from what its side looked like when the two last agreed.</summary>
    public static bool IsChanged(KindMap kind, FlowSettings settings, Bases bases, Side side, Record record) =>
        kind.Fields.Any(field => settings.DirectionOf(kind, field) != Direction.Off && record.Fields.Find(field.Name) is { } value && Differs(value, bases[side].Find(field.Name)));

    private static bool Differs(FieldValue value, FieldValue? @base) => @base is null ? !value.IsBlank : !FieldMap.SameAsBase(value, @base);

    private enum State
    {
        Unchanged,
        Changed,

        /// <summary>Archived since, and the tenant wants something else than to archive the other one, too.</summary>
        Archived,
        Gone,
        Merged,
    }

    private static State StateOf(Planning plan, Link link, Side side) => plan.Item.On(side) switch
    {
        Sight.Gone => State.Gone,
        Sight.MergedInto => State.Merged,
        Sight.Present seen when Lifecycle.WasArchived(plan, link, side, seen.Record) => State.Archived,
        Sight.Present seen when IsChanged(plan.Kind, plan.Settings, link.Bases, side, seen.Record) => State.Changed,
        _ => State.Unchanged,
    };

    private static void PlanLinked(Planning plan, Link link)
    {
        var entered = TellFilters(plan, link);
        switch (StateOf(plan, link, Side.Left), StateOf(plan, link, Side.Right))
        {
            // Nothing happened, or only the echo of our own write came back. The merge finds what waited outside a filter; and at the first look
            // it agrees on what is blank, so that whoever fills it in later has changed it.
            case (State.Unchanged, State.Unchanged):
                if (entered || link.Bases == Bases.None) plan.Merge();
                break;

            // Edited in left, in right, or in both: field by field.
            case (State.Changed, State.Unchanged):
            case (State.Unchanged, State.Changed):
            case (State.Changed, State.Changed):
                plan.Merge();
                break;

            // Archived in left (or right), whatever was edited in the other one; archived in both.
            case (State.Archived, State.Unchanged or State.Changed):
                Lifecycle.Archived(plan, link, Side.Left);
                break;
            case (State.Unchanged or State.Changed, State.Archived):
                Lifecycle.Archived(plan, link, Side.Right);
                break;
            case (State.Archived, State.Archived):
                plan.Merge();
                break;

            // Deleted in left (or right) while nobody touched the other one, or archived it.
            case (State.Gone, State.Unchanged or State.Archived):
                Lifecycle.Gone(plan, link, Side.Left);
                break;
            case (State.Unchanged or State.Archived, State.Gone):
                Lifecycle.Gone(plan, link, Side.Right);
                break;

            // Deleted in left (or right) while it was edited in the other: the edit shows that somebody still needs it.
            case (State.Gone, State.Changed):
                Lifecycle.GoneWhileEdited(plan, link, Side.Left);
                break;
            case (State.Changed, State.Gone):
                Lifecycle.GoneWhileEdited(plan, link, Side.Right);
                break;

            // Deleted in both.
            case (State.Gone, State.Gone):
                plan.Add(new SyncAction.End(LinkState.Tombstone, "deleted on both sides"));
                break;

            // The vendor on the left (or right) made one record of two.
            case (State.Merged, _):
                Lifecycle.Merged(plan, Side.Left);
                break;
            case (_, State.Merged):
                Lifecycle.Merged(plan, Side.Right);
                break;
        }
    }

    /// <summary>Leaving and entering a filter is told once. Returns whether a record has come back in.</summary>
    private static bool TellFilters(Planning plan, Link link)
    {
        var entered = false;
        foreach (var side in Sides.Both)
        {
            if (plan.Item.RecordOn(side) is not { } record || record.IsOutside == link.Outside.Has(side)) continue;
            plan.Add(new SyncAction.Cross(side, record.IsOutside));
            entered |= !record.IsOutside;
        }

        return entered;
    }

    private static bool Enters(Link link, Side side, Record record) => link.Outside.Has(side) && !record.IsOutside;

    /// <summary>A value that the tenant's map does not know is as good as not mentioned; but somebody has to be told.</summary>
    private static void TellUnmapped(Planning plan)
    {
        if (plan.Item.Link is { State: not LinkState.Active }) return;
        foreach (var side in Sides.Both)
        {
            if (plan.Item.RecordOn(side) is not { } record) continue;
            foreach (var (name, value) in record.Unmapped)
            {
                if (FlowSettings.Allows(plan.Settings.DirectionOf(plan.Kind, plan.Kind.Field(name)), side))
                    plan.Skip(side, SkipReason.ValueUnmapped, $"{name} {value} has no counterpart.");
            }
        }
    }
}
