namespace SyncFunctions.Engine;

/// <summary>A record that has no link: matched by an exact rule, created, offered to a person, or left alone.</summary>
internal static class FirstSight
{
    public static void Plan(Planning plan)
    {
        switch (plan.Item.Left, plan.Item.Right)
        {
            // A person said that it is not to be linked.
            case var _ when plan.Item.IsTombstone:
                plan.Skip(plan.Item.SeenSide, SkipReason.Tombstone, "This record is not to be linked.");
                break;

            // A person says that these two are the same.
            case (Sight.Present left, Sight.Present right):
                plan.Join(left.Record, right.Record, "linked by hand");
                break;
            case (Sight.Present seen, _):
                PlanOne(plan, Side.Left, seen);
                break;
            case (_, Sight.Present seen):
                PlanOne(plan, Side.Right, seen);
                break;
        }
    }

    private static void PlanOne(Planning plan, Side side, Sight.Present seen)
    {
        var record = seen.Record;
        var found = Matching.Find(plan.Kind, record, plan.Item.Candidates, out var rule);

        // Where the search is limited (to a saved list, a site), who is outside is not the match; but is not to be doubled either.
        var matches = found.RemoveAll(match => match.IsOutside);
        var outside = found.RemoveAll(match => !match.IsOutside);
        switch (matches.Length)
        {
            // It stands on the other side already, by an exact rule.
            case 1 when seen.IsNew:
                var (left, right) = side == Side.Left ? (record, matches[0]) : (matches[0], record);
                plan.Join(left, right, $"same {string.Join(" and ", rule!.Fields)}");
                break;

            // It could be more than one of them, or it is older than the flow: a person decides.
            case > 1 when plan.Choices.OnAmbiguous != OnAmbiguous.Create || !seen.IsNew:
                plan.Add(new SyncAction.Offer(side, [.. matches.Select(match => match.Id)], $"{matches.Length} records have the same {string.Join(" and ", rule!.Fields)}"));
                break;
            case var _ when !seen.IsNew:
                plan.Add(new SyncAction.Offer(side, [.. matches.Select(match => match.Id)], SyncAction.Offer.Older));
                break;

            // It is nowhere else.
            case var _ when record.IsBlocked(Blocks.Outgoing):
                plan.Skip(side, record.Block!.Reason, record.Block.Why);
                break;
            case var _ when !plan.Settings.CreatesFrom(plan.Kind, side):
                plan.Skip(side, SkipReason.NewRecordsOff, $"New records of this kind are not created from the {side.ToString().ToLowerInvariant()} side.");
                break;
            case var _ when record.IsArchived:
                plan.Skip(side, SkipReason.Archived, "An archived record is not created on the other side.");
                break;
            case 0 when OnNoMatchOf(plan, side) == OnNoMatch.Skip:
                plan.Skip(side, SkipReason.NoMatch, outside.IsEmpty ? "No counterpart was found." : "No counterpart was found inside the limit.");
                break;
            case 0 when !outside.IsEmpty:
                plan.Add(new SyncAction.Offer(side, [.. outside.Select(match => match.Id)], $"the same {string.Join(" and ", rule!.Fields)} is outside the limit of the search"));
                break;
            case 0 when OnNoMatchOf(plan, side) == OnNoMatch.Ask:
                plan.Add(new SyncAction.Offer(side, [], "no counterpart was found"));
                break;
            default:
                Creation.Plan(plan, side, record);
                break;
        }
    }

    /// <summary>The tenant's choice. Where the search is limited a person is asked unless the tenant says otherwise, since nobody knows all who are outside.</summary>
    private static OnNoMatch OnNoMatchOf(Planning plan, Side side) =>
        plan.Choices.OnNoMatch ?? (plan.Choices.Filters.Any(filter => filter.Side == side.Other()) ? OnNoMatch.Ask : plan.Kind.OnNoMatch);
}
