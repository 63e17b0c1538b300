using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>One link with both of its records, as the vendors have them now.</summary>
/// <param name="Failure">A side that could not be read; one that is not there any more is no failure.</param>
internal sealed record LinkRead(SyncCase Case, IReadOnlyDictionary<Side, DateTimeOffset> ReadAt, Side? FailedSide = null, VendorFailure? Failure = null)
{
    /// <summary>An earlier write of the record may still be on its way.</summary>
    public bool IsBusy { get; init; }
}

/// <summary>Reads both records of a link for a person, whatever kind it is and whether or not it is switched off.</summary>
internal sealed class LinkReader(LinkStore links, IntegrationLog log, TimeProvider time)
{
    private readonly References _references = new(links);

    /// <summary>Null where there is no such link.</summary>
    /// <param name="settle">Settle first what an earlier, cut-off write left open; otherwise nothing is stored.</param>
    public async Task<LinkRead?> ReadAsync(WorkScope scope, LinkId id, bool settle, CancellationToken cancellation)
    {
        if (await LoadAsync(scope, id, cancellation) is not { } link) return null;
        var item = new SyncCase { Source = Side.Left, Link = link, Item = new PlanItem(link.Value, Sight.Unread, Sight.Unread) };
        var readAt = new Dictionary<Side, DateTimeOffset>();
        if (settle && (link.Value.Intent is not null || link.Value.State == LinkState.Creating))
        {
            var settled = await new IntentRecovery(links, _references, log, time).RunAsync(scope, [item], cancellation);
            if (settled.Failed is [var (_, failure), ..]) return new LinkRead(item, readAt, link.Value.Intent?.Target, failure);
            if (settled.Waiting.Count > 0 || item.Link?.Value.State == LinkState.Creating) return new LinkRead(item, readAt) { IsBusy = true };
        }

        foreach (var side in Sides.Both)
        {
            if (item.Link?.Value.IdOn(side) is not { } recordId) continue;
            var read = await scope.On(side, id).GetAsync(scope.Kind, recordId, cancellation);
            readAt[side] = time.GetUtcNow();
            if (read.TryGet(out var vendor, out var failure))
            {
                item.Latest[side] = vendor;
                var record = await _references.ResolveAsync(scope, side, [scope.Kind.Project(side, vendor, scope.Settings)], cancellation);
                See(item, side, new Sight.Present(record[0]));
            }
            else if (failure.Kind == FailureKind.NotFound)
            {
                See(item, side, Sight.Confirmed);
            }
            else
            {
                return new LinkRead(item, readAt, side, failure);
            }
        }

        return new LinkRead(item, readAt);
    }

    /// <summary>What lives inside a record has its ids from the parent's link.</summary>
    private async Task<Versioned<Link>?> LoadAsync(WorkScope scope, LinkId id, CancellationToken cancellation)
    {
        var own = (await links.LoadAsync(scope.Links, [id], cancellation)).TryGetValue(id, out var found) ? found : (Versioned<Link>?)null;
        if (scope.Kind.Parent is not { } parentKind) return own;
        var parents = await links.LoadAsync(new LinkScope(scope.Flow.Key, parentKind), [id], cancellation);
        if (!parents.TryGetValue(id, out var parent) || parent.Value is not { LeftId: { } left, RightId: { } right }) return null;
        return own is { } known
            ? known with { Value = known.Value with { LeftId = left, RightId = right } }
            : new Versioned<Link>(new Link(id, scope.Kind.Name) { State = parent.Value.State, LeftId = left, RightId = right, CreatedFrom = parent.Value.CreatedFrom }, default);
    }

    private static void See(SyncCase item, Side side, Sight sight) =>
        item.Item = side == Side.Left ? item.Item with { Left = sight, Link = item.Link?.Value } : item.Item with { Right = sight, Link = item.Link?.Value };
}
