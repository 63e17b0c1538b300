using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>What a case changes in storage: links, index rows and the work rows that are done with them.</summary>
internal sealed class CaseUnits(IdSource ids, TimeProvider time)
{
    /// <summary>A note longer than that says the same each time, but a row does not keep all of it.</summary>
    private const int LongestNote = 900;

    /// <summary>What a plan without vendor writes changes in storage, or null where nothing does.</summary>
    public LinkUnit? Quiet(WorkScope scope, SyncCase item)
    {
        var plan = item.Plan!;
        if (plan.Actions.OfType<SyncAction.Join>().FirstOrDefault() is { } join)
        {
            var joined = Remembered(scope, JoinedLink(scope, item, join), plan);
            var unit = Of(item, joined) with { Index = [ClaimIndex(item, Side.Left, joined), ClaimIndex(item, Side.Right, joined)] };
            item.Link = new Versioned<Link>(joined, item.Link?.ETag ?? default);
            return unit;
        }

        if (item.Link is not { } link) return Unlinked(scope, item);
        if (link.Value is { State: LinkState.Creating, Intent: not null } && item.Item.Link is null) return Unmade(item, link.Value);
        var remembered = Remembered(scope, link.Value, plan);
        if (plan.Actions.OfType<SyncAction.End>().FirstOrDefault() is { } end) return End(scope, item, remembered, end);
        if (plan.Actions.OfType<SyncAction.Move>().FirstOrDefault() is { } move) return Move(item, remembered, move);
        return remembered.WithMemory(Side.Left, link.Value.LeftMemory).WithMemory(Side.Right, link.Value.RightMemory) != link.Value ? Of(item, remembered) : DoneWork(item);
    }

    /// <summary>Its create is known to have come to nothing, and is not tried again as things are: nothing is on its way any more.</summary>
    private static LinkUnit Unmade(SyncCase item, Link link) =>
        Of(item, link with { Intent = null }) with { ClosesCreate = new OpenCreate(link.Id, link.LeftId is null ? Side.Left : Side.Right) };

    public LinkUnit End(WorkScope scope, SyncCase item, Link link, SyncAction.End end) =>
        Of(item, link with { State = end.State, Intent = null, Reason = end.Reason, PausedBy = end.Cause, StateSince = time.GetUtcNow() }) with
        {
            Index = end.State != LinkState.Tombstone ? [] :
            [
                .. from side in Sides.Both
                   where link.IdOn(side) is not null && item.Index.ContainsKey(side)
                   let entry = item.Index[side]
                   select IndexWrite.Replace(entry, end.Offers == side ? Offered(scope, entry.Value, item.Item.RecordOn(side)!, end.Reason) : entry.Value with { Tombstone = true }),
            ],
        };

    /// <summary>What a plan tells about the link itself, whatever else happens: agreed values, a new lock, notes, filters.</summary>
    public Link Remembered(WorkScope scope, Link link, ItemPlan plan)
    {
        foreach (var action in plan.Actions)
        {
            link = action switch
            {
                SyncAction.Adopt adopt => link with { Bases = Settlement.AfterAdopting(link.Bases, adopt) },
                SyncAction.Lock locked => link with { Lock = locked.Value },
                SyncAction.Resume => link with { State = LinkState.Active, Reason = null, PausedBy = null, StateSince = time.GetUtcNow() },
                _ => link,
            };
        }

        foreach (var side in Sides.Both)
        {
            if (plan.Item.On(side) is not Sight.NotRead) link = link with { Notes = link.Notes.With(side, NoteOf(plan, side)) };
            link = WithSight(scope, link, side, plan.Item);
            if (plan.Item.RecordOn(side) is { } record) link = link with { Outside = link.Outside.With(side, record.IsOutside), FilterHash = scope.Settings.FilterHash(scope.Kind) };
        }

        return link;
    }

    /// <summary>A unit that stores what its case's plan remembers, with what the tenant wants done upon it. What was there before the flow is no news.</summary>
    public LinkUnit Told(WorkScope scope, SyncCase item, LinkUnit unit)
    {
        if (unit.Link is not { } link || scope.Mode is RunMode.Import or RunMode.Inventory or RunMode.DryRun) return unit;
        var now = time.GetUtcNow();
        var events = from told in item.Plan!.Actions.OfType<SyncAction.Tell>()
                     from reaction in told.Reactions.Index()
                     let name = $"{scope.Links}|{link.Id}|{unit.LinkETag}|{told.Field}|{reaction.Index}"
                     select new LinkEvent(Keys.OfSecret(name)[..32], link.Id, told.Source, told.What, told.Before.IsBlank ? "" : told.Before.ToString()!, told.Status.ToString()!, reaction.Item, now, now);
        return unit with { Events = [.. events] };
    }

    /// <summary>Where the side was read, it is remembered. A version vouches for the base: that of a record which differs from it would hide the difference.</summary>
    public static Link WithSight(WorkScope scope, Link link, Side side, PlanItem item) => item.RecordOn(side) is { } seen
        ? link.WithMemory(side, new LinkMemory(SyncPlanner.IsChanged(scope.Kind, scope.Settings, link.Bases, side, seen) ? null : seen.Version, seen.Resolved))
        : link;

    /// <summary>What does not flow from a side for as long as things are as they are; null where nothing is in the way.</summary>
    public static string? NoteOf(ItemPlan plan, Side side)
    {
        var details = plan.Actions.OfType<SyncAction.Skip>().Where(skip => skip.Side == side && skip.Reason.Lasts()).Select(skip => skip.Detail).Distinct().ToList();
        return details.Count == 0 ? null : string.Join(' ', details) is { Length: > LongestNote } text ? text[..LongestNote] : string.Join(' ', details);
    }

    public LinkUnit Unmatched(WorkScope scope, SyncCase item, bool isOlder, string? reason) => new()
    {
        Index = [IndexWrite.Insert(EntryOf(scope, item, isOlder, reason))],
        DoneWork = [.. item.Work],
    };

    private LinkUnit? Unlinked(WorkScope scope, SyncCase item)
    {
        // What is postponed is taken note of, for its counterpart to find it.
        var isPostponed = item.Plan!.Actions.Any(action => action is SyncAction.Postpone);

        // A record that is not to be linked may be gone, or have gone into another one: nothing more is to be known of it.
        if ((item.Reason is null && !isPostponed) || item.Item.On(item.Source) is not Sight.Present seen) return DoneWork(item);
        var reason = item.Reason;
        if (!item.Index.TryGetValue(item.Source, out var known)) return Unmatched(scope, item, isOlder: !seen.IsNew, reason);

        // By what it is found and compared has to be as it is now.
        var renewed = EntryOf(scope, item, known.Value.IsOlder, reason == SyncAction.Offer.Older ? known.Value.Reason ?? reason : reason);
        if (reason == SyncAction.Offer.Older) renewed = renewed with { First = known.Value.First };
        return renewed.Reason == known.Value.Reason && renewed.First == known.Value.First && renewed.AwaitsEdit == known.Value.AwaitsEdit && renewed.Marks == known.Value.Marks && renewed.MatchKeys.SequenceEqual(known.Value.MatchKeys)
            ? DoneWork(item)
            : new LinkUnit { Index = [IndexWrite.Replace(known, known.Value with { Reason = renewed.Reason, First = renewed.First, AwaitsEdit = renewed.AwaitsEdit, Marks = renewed.Marks, MatchKeys = renewed.MatchKeys, Label = renewed.Label })], DoneWork = [.. item.Work] };
    }

    private static LinkUnit? DoneWork(SyncCase item) => item.Work.Count > 0 && !IsDeferred(item.Plan!) ? new LinkUnit { DoneWork = [.. item.Work] } : null;

    /// <summary>The id that went into another one is nobody's any more, whatever its vendor lists.</summary>
    private LinkUnit Move(SyncCase item, Link link, SyncAction.Move move)
    {
        var moved = link.WithId(move.Side, move.Id);
        var known = item.MovesTo;
        var claimed = (known?.Value ?? new IndexEntry(move.Side, move.Id) { Label = item.Label, SeenAt = time.GetUtcNow() }) with { Link = link.Id, IsOlder = false, Reason = null, First = null, AwaitsEdit = false, Hash = null };
        var unit = Of(item, moved) with { Index = [IndexWrite.Put(known, claimed)] };
        if (item.Index.TryGetValue(move.Side, out var left)) unit = unit with { Index = [.. unit.Index, IndexWrite.Replace(left, left.Value with { Link = null, Tombstone = true })] };
        item.Link = new Versioned<Link>(moved, item.Link!.Value.ETag);
        return unit;
    }

    private static IndexEntry Offered(WorkScope scope, IndexEntry entry, Record record, string reason) => entry with
    {
        Link = null,
        Tombstone = false,
        IsOlder = true,
        MatchKeys = Matching.Keys(scope.Kind, record),
        Marks = Marks.Of(record),
        Reason = reason,
        First = null,
        Hash = null,
    };

    public IndexWrite ClaimIndex(SyncCase item, Side side, Link link)
    {
        var known = item.Index.TryGetValue(side, out var entry) ? entry : (Versioned<IndexEntry>?)null;
        var claimed = (known?.Value ?? new IndexEntry(side, link.IdOn(side)!) { Label = item.Label, SeenAt = time.GetUtcNow() }) with { Link = link.Id, Tombstone = false, IsOlder = false, Reason = null, First = null, AwaitsEdit = false, Hash = item.Vendor.TryGetValue(side, out var vendor) ? vendor.Hash() : null };
        return IndexWrite.Put(known, claimed);
    }

    /// <summary>A link row; the work rows that asked for it go with it, unless the record is to be planned again.</summary>
    public static LinkUnit Of(SyncCase item, Link link, bool finished = true) => new()
    {
        Link = link,
        ClosesCreate = item.Link is { Value: var before } && link.State != LinkState.Creating ? OpenOf(before) : null,
        LinkETag = item.Link is { } known && known.ETag != default ? known.ETag : null,
        DoneWork = finished && !IsDeferred(item.Plan!) ? [.. item.Work] : [],
    };

    public Link JoinedLink(WorkScope scope, SyncCase item, SyncAction.Join join) =>
        (item.Link?.Value ?? new Link(NewLinkId(item), scope.Kind.Name) { State = LinkState.Active }) with { State = LinkState.Active, LeftId = join.LeftId, RightId = join.RightId, Intent = null };

    /// <summary>What says that the counterpart of a link is being made; null where none is.</summary>
    internal static OpenCreate? OpenOf(Link link) => link.State == LinkState.Creating ? new OpenCreate(link.Id, link.LeftId is null ? Side.Left : Side.Right) : null;

    /// <summary>Of the link that a case is to get: what is told before it is stored names it, too.</summary>
    public LinkId NewLinkId(SyncCase item) => item.NewLink ??= item.Project is { } project ? LinkId.Inside(project, ids.NewId()) : new LinkId(ids.NewId());

    public static bool IsDeferred(ItemPlan plan) => plan.Actions.Any(action => action is SyncAction.Hold or SyncAction.Park or SyncAction.Postpone);

    private IndexEntry EntryOf(WorkScope scope, SyncCase item, bool isOlder, string? reason) => new(item.Source, item.SourceId)
    {
        IsOlder = isOlder,
        MatchKeys = item.Item.RecordOn(item.Source) is { } record ? Matching.Keys(scope.Kind, record) : [],
        Marks = item.Item.RecordOn(item.Source) is { } marked ? Marks.Of(marked) : Marks.None,
        Reason = reason,
        First = item.Plan is null ? null : item.First,
        AwaitsEdit = !isOlder && item.Plan is not null && item.AwaitsEdit,
        Label = item.Label,
        SeenAt = time.GetUtcNow(),
    };
}
