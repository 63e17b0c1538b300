using System.Collections.Immutable;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <param name="Cursors">Where the next delta begins; those of before where the project could not be done to its end.</param>
/// <param name="Failure">What could not be read, or null.</param>
public sealed record PartsResult(ImmutableSortedDictionary<string, KindCounts> Counts, ImmutableArray<Cursor> Cursors, VendorFailure? Failure);

/// <summary>Brings all that lives inside one project, with ids of its own, into step: kind by kind, both sides read to the end and planned together.</summary>
public sealed class PartSync(BatchSync batches, PartsGone gone, TimeProvider time)
{
    private const int MaxSeen = 100;

    /// <param name="scope">Of a run; the kind is of no account.</param>
    /// <param name="link">The project's own, which is active.</param>
    public async Task<PartsResult> RunAsync(WorkScope scope, Link link, ImmutableArray<Cursor> cursors, IReadOnlyList<KindMap> parts, CancellationToken cancellation)
    {
        scope = scope with { Flow = scope.Flow.For(link.Id) };
        var counts = CountsByKind.None;
        var next = new List<Cursor>();
        var seen = new List<(WorkScope Scope, Dictionary<Side, HashSet<string>> Ids)>();
        foreach (var kind in parts)
        {
            var ofKind = scope with { Kind = kind, Project = link.Id, PlanPage = DryRun.PageOf(scope.Flow, kind, 'p', link.Id.Value) };
            var read = await Task.WhenAll(Sides.Both.Select(side => ReadAsync(ofKind, link, side, cursors.FirstOrDefault(cursor => cursor.Kind == kind.Name && cursor.Side == side), cancellation)));
            if (read.FirstOrDefault(side => side.Failure is not null) is { } failed) return new PartsResult(counts, cursors, failed.Failure);
            var sources = read.SelectMany(side => side.Fresh.Select(record => new SourceRecord(side.Side, record.Id, record))).ToList();
            if (sources.Count > 0) counts = counts.Plus(kind.Name, (await batches.RunAsync(ofKind, sources, cancellation)).Counts);
            seen.Add((ofKind, read.ToDictionary(side => side.Side, side => side.Ids)));
            next.AddRange(read.Select(side => side.Next));
        }

        // What is held by others goes before them: a vendor does not delete a ticket that still has time entries.
        if (scope.Mode is RunMode.Comprehensive or RunMode.DryRun)
        {
            foreach (var (ofKind, ids) in Enumerable.Reverse(seen)) counts = counts.Plus(ofKind.Kind.Name, await gone.RunAsync(ofKind, ids, cancellation));
        }

        return new PartsResult(counts, [.. next, .. cursors.Where(cursor => !next.Exists(other => (other.Kind, other.Side) == (cursor.Kind, cursor.Side)))], null);
    }

    private async Task<SideRead> ReadAsync(WorkScope scope, Link link, Side side, Cursor? cursor, CancellationToken cancellation)
    {
        var system = scope.Flow.On(side);
        var catalog = system.Connector.Catalog;
        var since = scope.Mode == RunMode.Delta && catalog.Kind(scope.Kind.VendorKind(side)).ListsChanges ? cursor?.ChangedSince : null;
        var (fresh, ids, seen) = (new List<Record>(), new HashSet<string>(), new List<string>());
        DateTimeOffset? startedAt = null;
        for (var request = new ListRequest(since, ParentId: link.IdOn(side)); ;)
        {
            if (!(await system.ListAsync(scope.Kind, request, cancellation)).TryGet(out var page, out var failure)) return new SideRead(side, fresh, ids, cursor!, failure);
            startedAt ??= page.VendorTime;
            foreach (var record in page.Records.Where(record => ids.Add(record.Id)))
            {
                var hash = record.Hash();
                if (since is null || !cursor!.Seen.Contains(hash)) fresh.Add(record);
                if (seen.Count < MaxSeen && record.Modified >= startedAt - catalog.Overlap) seen.Add(hash);
            }

            if (page.NextPage is not { } next) break;
            request = request with { PageToken = next };
        }

        return new SideRead(side, fresh, ids, new Cursor(scope.Kind.Name, side, startedAt.Value - catalog.Overlap, [.. seen]) { ReadAt = time.GetUtcNow() }, null);
    }

    private sealed record SideRead(Side Side, List<Record> Fresh, HashSet<string> Ids, Cursor Next, VendorFailure? Failure);
}
