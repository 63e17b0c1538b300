using System.Collections.Immutable;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <param name="Name">What people call it.</param>
public sealed record NamedLink(string Name, LinkId? Link);

/// <summary>What people call records that rows name by their ids alone: by their links, or as they were seen last.</summary>
public sealed class RecordNames(LinkStore links)
{
    /// <summary>A record that nobody has seen is not in the answer.</summary>
    public async Task<IReadOnlyDictionary<AwaitedRecord, NamedLink>> OfAsync(FlowKey flow, IEnumerable<AwaitedRecord> records, CancellationToken cancellation)
    {
        var names = ImmutableDictionary.CreateBuilder<AwaitedRecord, NamedLink>();
        foreach (var kind in records.Distinct().GroupBy(record => record.Kind))
        {
            var scope = new LinkScope(flow, kind.Key);
            var entries = new List<IndexEntry>();
            foreach (var side in kind.GroupBy(record => record.Side)) entries.AddRange((await links.FindAsync(scope, side.Key, [.. side.Select(record => record.RecordId)], cancellation)).Values.Select(entry => entry.Value));
            var linked = await links.LoadAsync(scope, [.. entries.Select(entry => entry.Link).OfType<LinkId>().Distinct()], cancellation);
            foreach (var entry in entries)
            {
                var name = entry.Link is { } id && linked.TryGetValue(id, out var link) && !link.Value.Bases[entry.Side].IsEmpty ? link.Value.LabelOn(entry.Side) : entry.Label;
                names[new AwaitedRecord(kind.Key, entry.Side, entry.RecordId)] = new NamedLink(name, entry.Link);
            }
        }

        return names.ToImmutable();
    }

    /// <summary>Of a link's records; blank for one that is being made.</summary>
    public async Task<IReadOnlyDictionary<Side, string>> OfAsync(FlowKey flow, Link link, CancellationToken cancellation)
    {
        var records = Sides.Both.Where(side => link.IdOn(side) is not null).ToDictionary(side => side, side => new AwaitedRecord(link.Kind, side, link.IdOn(side)!));
        var known = link.Bases == Bases.None ? await OfAsync(flow, records.Values, cancellation) : ImmutableDictionary<AwaitedRecord, NamedLink>.Empty;
        return Sides.Both.ToImmutableDictionary(side => side, side => records.TryGetValue(side, out var record) ? known.GetValueOrDefault(record)?.Name ?? link.LabelOn(side) : "");
    }

    /// <summary>Of links: by the left record, or by the right one where only that says something.</summary>
    public async Task<IReadOnlyDictionary<string, string>> OfLinksAsync(FlowKey flow, string kind, IReadOnlyCollection<LinkId> ids, CancellationToken cancellation) =>
        (await links.LoadAsync(new LinkScope(flow, kind), ids, cancellation)).ToImmutableSortedDictionary(link => link.Key.Value, link => link.Value.Value.LabelOn(link.Value.Value.LeftId is null ? Side.Right : Side.Left));
}
