using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>
/// Notices changes inside projects: asks each system for changed parts (tickets and the like) of the whole account, one call a kind and side,
/// and asks for a run of every linked project that they belong to.
/// </summary>
public sealed class PartNews(LinkStore links, FlowStore flows, ProjectRequests requests, TimeProvider time)
{
    private const int MaxSeen = 500;

    /// <returns>What could not be read, with its side and kind; the rest was noticed all the same.</returns>
    public async Task<IReadOnlyList<(Side Side, KindMap Kind, VendorFailure? Failure)>> ReadAsync(FlowContext flow, CancellationToken cancellation)
    {
        if (flow.Pair.ProjectKind is not { } projectKind) return [];
        var kinds = flow.Pair.PartsOf(projectKind).Where(kind => flow.Settings.Kind(kind.Name).Enabled).ToList();
        var lists = (from kind in kinds
                     from side in Sides.Both
                     where flow.On(side).Connector.Catalog.Kind(kind.VendorKind(side)).ListsChanges && flow.Hears(kind, side)
                     select (Kind: kind, Side: side)).ToList();
        var read = await Task.WhenAll(lists.Select(list => ReadAsync(flow, list.Kind, list.Side, cancellation)));
        var changed = new HashSet<LinkId>();
        foreach (var news in read.Where(news => news.Fresh.Count > 0)) changed.UnionWith(await ProjectsAsync(flow, projectKind, kinds, news, cancellation));
        await requests.AskAsync(flow.Key, changed, RunMode.Delta, "poll", cancellation);

        // What was noticed is kept with its projects by now. A cursor that somebody else moved meanwhile stays as he left it.
        var cursors = read.Select(news => news.Next).OfType<Versioned<Cursor>>().ToList();
        if (cursors.Count > 0) await flows.SaveCursorsAsync(flow.Key, cursors, cancellation);
        return [.. read.Select(news => (news.Side, news.Kind, news.Failure))];
    }

    private async Task<News> ReadAsync(FlowContext flow, KindMap kind, Side side, CancellationToken cancellation)
    {
        var catalog = flow.On(side).Connector.Catalog;
        var before = flow.State.Cursor(kind.Name, side);

        // What was there before the flow went live belongs to projects that are looked at in whole when they are linked.
        var since = before?.Value.ChangedSince ?? (flow.Flow.WentLiveAt ?? time.GetUtcNow()) - catalog.Overlap;
        var (fresh, seen) = (new List<Record>(), new List<string>());
        DateTimeOffset? startedAt = null;
        for (var request = new ListRequest(since); ;)
        {
            if (!(await flow.On(side).ListAsync(kind, request, cancellation)).TryGet(out var page, out var failure)) return new News(kind, side, [], null, failure);
            startedAt ??= page.VendorTime;
            foreach (var record in page.Records)
            {
                var hash = record.Hash();
                if (before?.Value.Seen.Contains(hash) != true) fresh.Add(record);
                if (seen.Count < MaxSeen && Cursor.ComesAgain(record, before?.Value, startedAt.Value - catalog.Overlap) && !seen.Contains(hash)) seen.Add(hash);
            }

            if (page.NextPage is not { } next) break;
            request = request with { PageToken = next };
        }

        // A cursor that would say the same costs a write at every poll for nothing; it is moved now and then all the same, so that the walk stays short.
        var moved = startedAt.Value - catalog.Overlap;
        var isWorth = before is not { } known || fresh.Count > 0 || moved - known.Value.ChangedSince > TimeSpan.FromHours(1);
        var cursor = new Cursor(kind.Name, side, moved, [.. seen]) { ReadAt = time.GetUtcNow() };
        return new News(kind, side, fresh, isWorth ? new Versioned<Cursor>(cursor, before?.ETag ?? default) : null, null);
    }

    /// <summary>The linked projects of records that are not as they were when they were handled last: the echo of our own write is none.</summary>
    private async Task<IEnumerable<LinkId>> ProjectsAsync(FlowContext flow, KindMap projectKind, List<KindMap> kinds, News news, CancellationToken cancellation)
    {
        var known = await links.FindAsync(flow.Links(news.Kind), news.Side, [.. news.Fresh.Select(record => record.Id).Distinct()], cancellation);
        var found = new HashSet<LinkId>();
        var holders = new Dictionary<string, HashSet<string>>();
        foreach (var record in news.Fresh)
        {
            if (known.TryGetValue(record.Id, out var entry) && entry.Value.Link is { } link)
            {
                if (entry.Value.Hash != record.Hash()) found.Add(link.Project);
            }
            else if (news.Kind.Field(news.Kind.HeldBy!) is var field && field.End(news.Side).Name is { } name && record.Fields.Find(name) is FieldValue.Reference holder)
            {
                if (!holders.TryGetValue(field.References!, out var ids)) holders[field.References!] = ids = [];
                ids.Add(holder.RecordId);
            }
        }

        // New ones belong to what holds them; where that is a part that is new itself, it brings its project here by its own list.
        foreach (var (kind, ids) in holders)
        {
            var entries = await links.FindAsync(flow.Links(kind == projectKind.Name ? projectKind : kinds.First(part => part.Name == kind)), news.Side, ids, cancellation);
            found.UnionWith(entries.Values.Where(entry => !entry.Value.Tombstone).Select(entry => entry.Value.Link?.Project).OfType<LinkId>());
        }

        var projects = await links.LoadAsync(flow.Links(projectKind), [.. found], cancellation);
        return projects.Values.Where(link => link.Value.State == LinkState.Active).Select(link => link.Value.Id);
    }

    private sealed record News(KindMap Kind, Side Side, List<Record> Fresh, Versioned<Cursor>? Next, VendorFailure? Failure);
}
