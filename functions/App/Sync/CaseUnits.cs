using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>What a case changes in storage: links, index rows and the work rows that are done with them.</summary>
internal sealed class CaseUnits(IdSource ids, TimeProvider time)
{
    /// <summary>What a plan without vendor writes changes in storage, or null where nothing does.</summary>
    public LinkUnit? Quiet(WorkScope scope, SyncCase item)
    {
        var plan = item.Plan!;
        if (plan.Actions.OfType<SyncAction.Join>().FirstOrDefault() is { } join)
        {
            var joined = Remembered(JoinedLink(scope, item, join), plan);
            var unit = Of(item, joined) with { Index = [ClaimIndex(item, Side.Left, joined), ClaimIndex(item, Side.Right, joined)] };
            item.Link = new Versioned<Link>(joined, item.Link?.ETag ?? default);
            return unit;
        }

        if (item.Link is not { } link)
        {
            return plan.Actions.Any(action => action is SyncAction.Offer or SyncAction.Skip) && item.Index.Count == 0
                ? Unmatched(scope, item, isOlder: plan.Actions.OfType<SyncAction.Offer>().Any())
                : item.Work.Count > 0 && !IsDeferred(plan) ? new LinkUnit { DoneWork = [.. item.Work] } : null;
        }

        var remembered = Remembered(link.Value, plan);
        if (plan.Actions.OfType<SyncAction.End>().FirstOrDefault() is { } end) return End(item, remembered, end);
        if (remembered != link.Value) return Of(item, remembered);
        return item.Work.Count > 0 && !IsDeferred(plan) ? new LinkUnit { DoneWork = [.. item.Work] } : null;
    }

    public static LinkUnit End(SyncCase item, Link link, SyncAction.End end) =>
        Of(item, link with { State = end.State, Intent = null }) with
        {
            Index = end.State != LinkState.Tombstone ? [] :
            [
                .. from side in Sides.Both
                   where link.IdOn(side) is not null && item.Index.ContainsKey(side)
                   select IndexWrite.Replace(item.Index[side], item.Index[side].Value with { Tombstone = true }),
            ],
        };

    /// <summary>Adopted values and a new lock belong to the link whatever else happens.</summary>
    public static Link Remembered(Link link, ItemPlan plan)
    {
        foreach (var action in plan.Actions)
        {
            link = action switch
            {
                SyncAction.Adopt adopt => link with { Bases = Settlement.AfterAdopting(link.Bases, adopt) },
                SyncAction.Lock locked => link with { Lock = locked.Value },
                _ => link,
            };
        }

        return link;
    }

    public LinkUnit Unmatched(WorkScope scope, SyncCase item, bool isOlder) => new()
    {
        Index = [IndexWrite.Insert(EntryOf(scope, item, isOlder))],
        DoneWork = [.. item.Work],
    };

    public IndexWrite ClaimIndex(SyncCase item, Side side, Link link)
    {
        var known = item.Index.TryGetValue(side, out var entry) ? entry : (Versioned<IndexEntry>?)null;
        var claimed = (known?.Value ?? new IndexEntry(side, link.IdOn(side)!) { Label = item.Label, SeenAt = time.GetUtcNow() }) with { Link = link.Id, Tombstone = false, IsOlder = false, Hash = item.Vendor.TryGetValue(side, out var vendor) ? vendor.Hash() : null };
        return IndexWrite.Put(known, claimed);
    }

    /// <summary>A link row; the work rows that asked for it go with it, unless the record is to be planned again.</summary>
    public static LinkUnit Of(SyncCase item, Link link, bool finished = true) => new()
    {
        Link = link,
        ClosesCreate = item.Link is { Value: { State: LinkState.Creating } before } && link.State != LinkState.Creating ? new OpenCreate(link.Id, before.LeftId is null ? Side.Left : Side.Right) : null,
        LinkETag = item.Link is { } known && known.ETag != default ? known.ETag : null,
        DoneWork = finished && !IsDeferred(item.Plan!) ? [.. item.Work] : [],
    };

    public Link JoinedLink(WorkScope scope, SyncCase item, SyncAction.Join join) =>
        (item.Link?.Value ?? new Link(NewLinkId(), scope.Kind.Name) { State = LinkState.Active }) with { State = LinkState.Active, LeftId = join.LeftId, RightId = join.RightId, Intent = null };

    public LinkId NewLinkId() => new(ids.NewId());

    public static bool IsDeferred(ItemPlan plan) => plan.Actions.Any(action => action is SyncAction.Hold or SyncAction.Park);

    private IndexEntry EntryOf(WorkScope scope, SyncCase item, bool isOlder) => new(item.Source, item.SourceId)
    {
        IsOlder = isOlder,
        MatchKeys = item.Item.RecordOn(item.Source) is { } record ? Matching.Keys(scope.Kind, record) : [],
        Label = item.Label,
        SeenAt = time.GetUtcNow(),
    };
}
