namespace SyncFunctions.Engine;

/// <summary>What happens to a record whose counterpart was archived, deleted, or merged into another one.</summary>
internal static class Lifecycle
{
    /// <summary>Whether a record was archived since the two last agreed, where that is more than a change of a field.</summary>
    public static bool WasArchived(Planning plan, Link link, Side side, Record record) =>
        WhenArchived(plan) != LifecyclePolicy.Archive &&
        record.IsArchived && !record.IsBlocked(Blocks.Outgoing) && link.Bases[side].Find(KindMap.Lifecycle) != KindMap.Archived &&
        FieldOf(plan.Kind) is { } field && FlowSettings.Allows(plan.Settings.DirectionOf(plan.Kind, field), side);

    /// <summary>A link that an archiving paused goes on once neither record is archived.</summary>
    public static bool GoesOn(KindMap kind, PlanItem item, Link link) =>
        item is { Left: Sight.Present left, Right: Sight.Present right } && MayGoOn(kind, link, left.Record) && MayGoOn(kind, link, right.Record);

    public static bool MayGoOn(KindMap kind, Link link, Record record) => !kind.ResumesByHand && link.PausedBy == PauseCause.Archived && !record.IsArchived;

    public static void Archived(Planning plan, Link link, Side side)
    {
        var other = side.Other();
        var reason = $"archived on the {Name(side)} side";
        var isEdited = plan.Item.RecordOn(other) is { } record && SyncPlanner.IsChanged(plan.Kind, plan.Settings, link.Bases, other, record);
        switch (WhenArchived(plan))
        {
            case LifecyclePolicy.Pause:
                plan.Add(new SyncAction.End(LinkState.Paused, reason) { Cause = PauseCause.Archived });
                break;
            case LifecyclePolicy.Unlink:
                plan.Add(new SyncAction.End(LinkState.Tombstone, reason));
                break;
            case LifecyclePolicy.Delete when !isEdited && FlowSettings.Allows(plan.Settings.Direction, side) && !IsKeptOut(plan, link, side):
                plan.Add(new SyncAction.Delete(other));
                plan.Add(new SyncAction.End(LinkState.Tombstone, reason));
                break;

            // An edit is not thrown away: the other one is archived with it instead of deleted.
            default:
                plan.Merge();
                break;
        }
    }

    public static void Gone(Planning plan, Link link, Side gone)
    {
        var survivor = gone.Other();
        var reason = $"deleted on the {Name(gone)} side";
        if (IsKeptOut(plan, link, gone))
        {
            plan.Skip(gone, SkipReason.Filtered, $"It was {reason}; the other one is left alone, since the record is outside a filter.");
            return;
        }

        switch (plan.Choices.WhenGone ?? plan.Kind.WhenGone)
        {
            case LifecyclePolicy.Archive when FieldOf(plan.Kind) is { } field && FlowSettings.Allows(plan.Settings.Narrowed(plan.Kind, field), gone):
                if (plan.Item.RecordOn(survivor)?.Fields.Find(KindMap.Lifecycle) is { } value && value != KindMap.Archived)
                    plan.Add(new SyncAction.Write(survivor, FieldSet.Of((KindMap.Lifecycle, KindMap.Archived)), FieldSet.Of((KindMap.Lifecycle, value)), FieldSet.Empty));
                plan.Add(new SyncAction.End(LinkState.Tombstone, reason));
                break;
            case LifecyclePolicy.Delete when FlowSettings.Allows(plan.Settings.Direction, gone):
                plan.Add(new SyncAction.Delete(survivor));
                plan.Add(new SyncAction.End(LinkState.Tombstone, reason));
                break;
            case LifecyclePolicy.Pause:
                plan.Add(new SyncAction.End(LinkState.Paused, reason) { Cause = PauseCause.Gone });
                break;
            case LifecyclePolicy.Unlink:
                plan.Add(new SyncAction.End(LinkState.Tombstone, reason));
                break;
            default:
                plan.Skip(gone, SkipReason.PolicyIgnores, reason);
                break;
        }
    }

    /// <summary>It is created again from the edited one, unless it would not be created from there anyway, or the tenant does not want it.</summary>
    public static void GoneWhileEdited(Planning plan, Link link, Side gone)
    {
        var source = gone.Other();
        var survivor = plan.Item.RecordOn(source)!;
        if (plan.Choices.ReviveEdited != false && !survivor.IsArchived && !survivor.IsBlocked(Blocks.Outgoing) && plan.Settings.CreatesFrom(plan.Kind, source)) Creation.Plan(plan, source, survivor);
        else Gone(plan, link, gone);
    }

    /// <summary>A record went into another one. Nothing is archived or deleted for that.</summary>
    public static void Merged(Planning plan, Side side)
    {
        var into = (Sight.MergedInto)plan.Item.On(side);
        if (!into.IsTaken)
        {
            // The link follows; what the other record says is merged when it is planned again.
            plan.Add(new SyncAction.Move(side, into.Id));
            return;
        }

        var offered = plan.Item.On(side.Other()) is Sight.Present ? side.Other() : (Side?)null;
        plan.Add(new SyncAction.End(LinkState.Tombstone, $"merged on the {Name(side)} side into {into.Id}, which is linked otherwise") { Offers = offered });
    }

    private static LifecyclePolicy WhenArchived(Planning plan) => plan.Choices.WhenArchived ?? plan.Kind.WhenArchived;

    /// <summary>Whether a filter keeps what happens on <paramref name="side"/> from the other side.</summary>
    private static bool IsKeptOut(Planning plan, Link link, Side side) =>
        (link.Outside.Has(side) && plan.Choices.Filters.Any(filter => filter.Side == side && filter.Blocks != Blocks.Incoming)) ||
        plan.Item.RecordOn(side.Other())?.IsBlocked(Blocks.Incoming) == true;

    private static FieldMap? FieldOf(KindMap kind) => kind.Fields.FirstOrDefault(field => field.Name == KindMap.Lifecycle);

    private static string Name(Side side) => side == Side.Left ? "left" : "right";
}
