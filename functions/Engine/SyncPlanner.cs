using System.Collections.Immutable;

namespace SyncFunctions.Engine;

/// <summary>
/// Decides what has to happen so that two sides agree. Pure: the same items, settings and time give the same plan.
/// A linked record is either as its base says, changed, or gone; an unlinked one is new or older than the flow.
/// </summary>
public static class SyncPlanner
{
    public static ImmutableArray<ItemPlan> Plan(KindMap kind, FlowSettings settings, IEnumerable<PlanItem> items, DateTimeOffset now) =>
        [.. items.Select(item => PlanOne(kind, settings, item, now))];

    /// <summary>
    /// Whether the other side has to be read to plan a record of <paramref name="side"/>: an echo of our own write, or a change of
    /// something that is not mapped, needs nothing more.
    /// </summary>
    public static bool IsChanged(KindMap kind, FlowSettings settings, Bases bases, Side side, Record record) =>
        kind.Fields.Any(field => settings.DirectionOf(kind, field) != Direction.Off && record.Fields.Find(field.Name) is { } value && Differs(value, bases[side].Find(field.Name)));

    private static bool Differs(FieldValue value, FieldValue? @base) => @base is null ? !value.IsBlank : !FieldMap.SameAsBase(value, @base);

    public static ItemPlan PlanOne(KindMap kind, FlowSettings settings, PlanItem item, DateTimeOffset now)
    {
        var actions = ImmutableArray.CreateBuilder<SyncAction>();
        switch (item.Link)
        {
            case null:
                PlanUnlinked(kind, settings, item, now, actions);
                break;
            case { State: LinkState.Tombstone }:
                actions.Add(new SyncAction.Skip(item.Left is Sight.Present ? Side.Left : Side.Right, SkipReason.Tombstone, "These records are not to be linked."));
                break;
            case { State: LinkState.Paused }:
                actions.Add(new SyncAction.Skip(item.Left is Sight.Present ? Side.Left : Side.Right, SkipReason.Paused, "This record is paused."));
                break;
            default:
                PlanLinked(kind, settings, item, item.Link, now, actions);
                break;
        }

        return new ItemPlan(item, actions.ToImmutable());
    }

    private enum State
    {
        Unchanged,
        Changed,
        Gone,
    }

    private static State StateOf(KindMap kind, FlowSettings settings, PlanItem item, Side side) => item.On(side) switch
    {
        Sight.Gone => State.Gone,
        Sight.Present seen when IsChanged(kind, settings, item.Link!.Bases, side, seen.Record) => State.Changed,
        _ => State.Unchanged,
    };

    private static void PlanLinked(KindMap kind, FlowSettings settings, PlanItem item, Link link, DateTimeOffset now, ImmutableArray<SyncAction>.Builder actions)
    {
        switch (StateOf(kind, settings, item, Side.Left), StateOf(kind, settings, item, Side.Right))
        {
            // Nothing happened, or only the echo of our own write came back.
            case (State.Unchanged, State.Unchanged):
                break;

            // Edited in left; edited in right; edited in both: field by field.
            case (State.Changed, State.Unchanged):
            case (State.Unchanged, State.Changed):
            case (State.Changed, State.Changed):
                actions.AddRange(new FieldMerge(kind, settings, item, link, now).Run());
                break;

            // Deleted in left (or right) while nobody touched the other one.
            case (State.Gone, State.Unchanged):
                PlanGone(kind, settings, item, Side.Left, actions);
                break;
            case (State.Unchanged, State.Gone):
                PlanGone(kind, settings, item, Side.Right, actions);
                break;

            // Deleted in left (or right) while it was edited in the other: the edit shows that somebody still needs it.
            case (State.Gone, State.Changed):
                PlanRevival(kind, settings, item, Side.Left, actions);
                break;
            case (State.Changed, State.Gone):
                PlanRevival(kind, settings, item, Side.Right, actions);
                break;

            // Deleted in both.
            case (State.Gone, State.Gone):
                actions.Add(new SyncAction.End(LinkState.Tombstone, "deleted on both sides"));
                break;
        }
    }

    private static void PlanGone(KindMap kind, FlowSettings settings, PlanItem item, Side gone, ImmutableArray<SyncAction>.Builder actions)
    {
        var survivor = gone.Other();
        var reason = $"deleted on the {gone.ToString().ToLowerInvariant()} side";
        var lifecycle = kind.Fields.FirstOrDefault(field => field.Name == KindMap.Lifecycle);
        switch (settings.Kind(kind.Name).WhenGone ?? kind.WhenGone)
        {
            case LifecyclePolicy.Archive when lifecycle is not null && FlowSettings.Allows(settings.DirectionOf(kind, lifecycle), gone):
                if (item.RecordOn(survivor)?.Fields.Find(KindMap.Lifecycle) is { } value && value != KindMap.Archived)
                {
                    actions.Add(new SyncAction.Write(survivor, FieldSet.Of((KindMap.Lifecycle, KindMap.Archived)), FieldSet.Of((KindMap.Lifecycle, value)), FieldSet.Empty));
                }

                actions.Add(new SyncAction.End(LinkState.Tombstone, reason));
                break;
            case LifecyclePolicy.Delete when FlowSettings.Allows(settings.Direction, gone):
                actions.Add(new SyncAction.Delete(survivor));
                actions.Add(new SyncAction.End(LinkState.Tombstone, reason));
                break;
            case LifecyclePolicy.Pause:
                actions.Add(new SyncAction.End(LinkState.Paused, reason));
                break;
            case LifecyclePolicy.Unlink:
                actions.Add(new SyncAction.End(LinkState.Tombstone, reason));
                break;
            default:
                actions.Add(new SyncAction.Skip(gone, SkipReason.PolicyIgnores, reason));
                break;
        }
    }

    private static void PlanRevival(KindMap kind, FlowSettings settings, PlanItem item, Side gone, ImmutableArray<SyncAction>.Builder actions)
    {
        var survivor = item.RecordOn(gone.Other())!;
        if (survivor.LockedBy is null && survivor.Fields.Find(KindMap.Lifecycle) != KindMap.Archived && settings.CreatesFrom(kind, gone.Other()))
        {
            PlanCreate(kind, settings, gone.Other(), survivor, actions);
        }
        else
        {
            PlanGone(kind, settings, item, gone, actions);
        }
    }

    private static void PlanUnlinked(KindMap kind, FlowSettings settings, PlanItem item, DateTimeOffset now, ImmutableArray<SyncAction>.Builder actions)
    {
        switch (item.Left, item.Right)
        {
            // Somebody, or an exact rule, says that these two are the same.
            case (Sight.Present, Sight.Present):
                actions.AddRange(new FieldMerge(kind, settings, item, null, now).RunAfterJoin("linked by hand"));
                break;
            case (Sight.Present seen, _):
                PlanFirstSight(kind, settings, item, Side.Left, seen, now, actions);
                break;
            case (_, Sight.Present seen):
                PlanFirstSight(kind, settings, item, Side.Right, seen, now, actions);
                break;
        }
    }

    private static void PlanFirstSight(
        KindMap kind, FlowSettings settings, PlanItem item, Side side, Sight.Present seen, DateTimeOffset now, ImmutableArray<SyncAction>.Builder actions)
    {
        var matches = Matching.Find(kind, seen.Record, item.Candidates, out var rule);
        switch (matches.Length)
        {
            // It stands on the other side already, by an exact rule.
            case 1 when seen.IsNew:
                var other = new Sight.Present(matches[0]);
                var both = side == Side.Left ? item with { Right = other } : item with { Left = other };
                actions.AddRange(new FieldMerge(kind, settings, both, null, now).RunAfterJoin($"same {string.Join(" and ", rule!.Fields)}"));
                break;

            // It could be more than one of them, or it is older than the flow: a person decides.
            case > 1:
                actions.Add(new SyncAction.Offer(side, [.. matches.Select(match => match.Id)], $"{matches.Length} records have the same {string.Join(" and ", rule!.Fields)}"));
                break;
            case var _ when !seen.IsNew:
                actions.Add(new SyncAction.Offer(side, [.. matches.Select(match => match.Id)], "older than the flow"));
                break;

            // It is nowhere else.
            case 0 when seen.Record.LockedBy is { } status:
                actions.Add(new SyncAction.Skip(side, SkipReason.StatusLocked, $"The status {status} is locked."));
                break;
            case 0 when !settings.CreatesFrom(kind, side):
                actions.Add(new SyncAction.Skip(side, SkipReason.NewRecordsOff, $"New records of this kind are not created from the {side.ToString().ToLowerInvariant()} side."));
                break;
            case 0 when seen.Record.Fields.Find(KindMap.Lifecycle) == KindMap.Archived:
                actions.Add(new SyncAction.Skip(side, SkipReason.Archived, "An archived record is not created on the other side."));
                break;
            default:
                PlanCreate(kind, settings, side, seen.Record, actions);
                break;
        }
    }

    private static void PlanCreate(KindMap kind, FlowSettings settings, Side source, Record record, ImmutableArray<SyncAction>.Builder actions)
    {
        var target = source.Other();
        var fields = FieldSet.Empty;
        var sourceValues = FieldSet.Empty;
        var parked = new List<SyncAction.Park>();
        foreach (var field in kind.Fields)
        {
            if (!FlowSettings.AllowsAtCreation(settings.DirectionOf(kind, field), source) || !field.End(target).CanWrite) continue;
            var value = record.Fields.Find(field.Name) ?? FieldValue.None;
            if (field.RequiredOn == target && value.IsBlank)
            {
                actions.Add(new SyncAction.Skip(source, SkipReason.ReferenceMissing, $"It has no {field.Name}."));
                return;
            }

            if (value is FieldValue.Reference reference)
            {
                var park = new SyncAction.Park(source, field.Name, field.References!, reference.RecordId);
                if (field.RequiredOn == target)
                {
                    actions.Add(park);
                    return;
                }

                parked.Add(park);
                continue;
            }

            if (value.IsBlank)
            {
                // Agreed to be blank, so that whoever fills it in later has changed it.
                if (record.Fields.ContainsKey(field.Name)) sourceValues = sourceValues.With(field.Name, value);
                continue;
            }

            if (!settings.CanTranslate(field, target, value))
            {
                actions.Add(new SyncAction.Skip(source, SkipReason.ValueUnmapped, $"{field.Name} {value} has no counterpart."));
                continue;
            }

            fields = fields.With(field.Name, field.End(target).Shape(value));
            sourceValues = sourceValues.With(field.Name, value);
        }

        actions.Add(new SyncAction.Create(target, fields, sourceValues));
        actions.AddRange(parked);
    }
}
