using SyncFunctions.App.Reactions;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>Plans again what is due on the work list: webhooks, retries, held and parked records, open intents.</summary>
public sealed class WorkSync(BatchSync batches, ReactionWork reactions, ProjectSync projects, LinkStore links, WorkList list, GoneCheck gone, TimeProvider time)
{
    private static readonly IReadOnlyDictionary<(Side Side, string Id), Versioned<IndexEntry>> NothingKnown = new Dictionary<(Side, string), Versioned<IndexEntry>>();
    private static readonly IReadOnlyDictionary<LinkId, Versioned<Link>> NoLinks = new Dictionary<LinkId, Versioned<Link>>();

    /// <summary>Rows of one kind, with what was known of their records, and of their links, before any of them was read.</summary>
    public sealed record Due(IReadOnlyList<Versioned<WorkItem>> Rows, IReadOnlyDictionary<(Side Side, string Id), Versioned<IndexEntry>> Entries, IReadOnlyDictionary<LinkId, Versioned<Link>> Links)
    {
        public Versioned<IndexEntry>? EntryOf(WorkItem row) => EntryOf(row.Side, row.RecordId);

        public Versioned<IndexEntry>? EntryOf(Side side, string id) => Entries.TryGetValue((side, id), out var entry) ? entry : null;

        public Versioned<Link>? LinkOf(Versioned<IndexEntry>? entry) => entry?.Value.Link is { } link && Links.TryGetValue(link, out var known) ? known : null;
    }

    /// <summary>What is due by a hint of the flow, which is then moved on to the next due row.</summary>
    public async Task<KindCounts> RunAsync(WorkScope scope, Versioned<WorkHint> hint, CancellationToken cancellation)
    {
        var rows = await links.DueWorkAsync(scope.Links, time.GetUtcNow(), BatchSync.MaxRecords, cancellation);
        var counts = rows.Count == 0 ? KindCounts.None : await RunAsync(scope, await KnowAsync(scope, rows, cancellation), cancellation);
        await reactions.RunAsync(scope, cancellation);
        await list.MoveHintAsync(scope, hint, cancellation);
        return counts;
    }

    /// <summary>The rows of linked records, and the rest, of which nothing is taken for known: it waits, and others go on.</summary>
    public async Task<(Due Linked, Due Unlinked)> SortAsync(WorkScope scope, IReadOnlyList<Versioned<WorkItem>> rows, CancellationToken cancellation)
    {
        var due = await KnowAsync(scope, rows, cancellation);
        if (scope.Kind.Parent is not null) return (due, due with { Rows = [] });
        var byLink = rows.ToLookup(row => due.EntryOf(row.Value)?.Value.Link is not null);
        return (due with { Rows = [.. byLink[true]] }, due with { Rows = [.. byLink[false]], Entries = NothingKnown });
    }

    /// <summary>Plans and applies the rows, and what lives inside their records; no row goes before all of it is done.</summary>
    public async Task<KindCounts> RunAsync(WorkScope scope, Due due, CancellationToken cancellation)
    {
        if (due.Rows.Count == 0) return KindCounts.None;
        if (scope.Kind.Parent is not null) return (await RunInsideAsync(scope, due, cancellation)).Counts;
        var outcome = await RunRecordsAsync(scope, due, cancellation);
        var insides = await batches.RunInsidesAsync(scope, outcome, cancellation);
        if (outcome.Kept.Count > 0) await links.DeleteWorkAsync(scope.Links, outcome.Kept, cancellation);
        return insides.Values.Aggregate(outcome.Counts, KindCounts.Add);
    }

    /// <summary>What lives inside a record is known by that record.</summary>
    private async Task<Due> KnowAsync(WorkScope scope, IReadOnlyList<Versioned<WorkItem>> rows, CancellationToken cancellation)
    {
        var keepers = scope.Kind.Parent is { } parent ? new LinkScope(scope.Flow.Key, parent) : scope.Links;
        return await WithAsync(scope, new Due(rows, NothingKnown, NoLinks), keepers, [.. rows.Select(row => (row.Value.Side, row.Value.RecordId))], cancellation);
    }

    /// <summary>With what is known of these records, too.</summary>
    private async Task<Due> WithAsync(WorkScope scope, Due due, LinkScope keepers, IReadOnlyList<(Side Side, string Id)> records, CancellationToken cancellation)
    {
        var entries = due.Entries.ToDictionary();
        foreach (var side in Sides.Both)
        {
            var ids = records.Where(record => record.Side == side).Select(record => record.Id).Distinct().ToList();
            if (ids.Count == 0) continue;
            foreach (var (id, entry) in await links.FindAsync(keepers, side, ids, cancellation)) entries[(side, id)] = entry;
        }

        if (scope.Kind.Parent is not null) return due with { Entries = entries };

        // What was known before stays as it was then.
        var known = due.Links.ToDictionary();
        foreach (var (id, link) in await links.LoadAsync(scope.Links, [.. entries.Values.Select(entry => entry.Value.Link).OfType<LinkId>().Where(id => !known.ContainsKey(id)).Distinct()], cancellation)) known[id] = link;
        return due with { Entries = entries, Links = known };
    }

    private async Task<BatchOutcome> RunRecordsAsync(WorkScope scope, Due due, CancellationToken cancellation)
    {
        var readAt = time.GetUtcNow();
        var reads = new VendorResult<Record>[due.Rows.Count];
        await Concurrent.ForAsync(reads.Length, BatchSync.ReadsAtOnce, async (i, token) =>
            reads[i] = await scope.On(due.Rows[i].Value.Side, due.EntryOf(due.Rows[i].Value)?.Value.Link).GetAsync(scope.Kind, due.Rows[i].Value.RecordId, token), cancellation);

        // A webhook may know a record by another name. What is known of it stands under its own; and a linked one is read after its link.
        var renamed = due.Rows.Zip(reads).Where(pair => pair.Second.Value is { } record && record.Id != pair.First.Value.RecordId).Select(pair => (pair.First.Value.Side, pair.Second.Value!.Id)).ToList();
        if (renamed.Count > 0)
        {
            due = await WithAsync(scope, due, scope.Links, renamed, cancellation);
            await Concurrent.ForAsync(reads.Length, BatchSync.ReadsAtOnce, async (i, token) =>
            {
                var (side, id) = (due.Rows[i].Value.Side, reads[i].Value?.Id);
                if (id is not null && id != due.Rows[i].Value.RecordId && due.EntryOf(side, id)?.Value.Link is { } link) reads[i] = await scope.On(side, link).GetAsync(scope.Kind, id, token);
            }, cancellation);
        }

        var sources = new List<SourceRecord>();
        var missing = new List<SourceRecord>();
        var units = new List<LinkUnit>();
        foreach (var (row, read) in due.Rows.Zip(reads))
        {
            var id = read.Value?.Id ?? row.Value.RecordId;
            var entry = due.EntryOf(row.Value.Side, id);
            var source = new SourceRecord(row.Value.Side, id, read.Value, row) { Entry = entry, Link = due.LinkOf(entry), ReadAt = readAt };
            if (read.Failure is not { } failure) sources.Add(source);
            else if (failure.MergedInto is { } into) sources.Add(source with { MergedInto = into });
            else if (failure.Kind != FailureKind.NotFound) units.Add(Later(row, failure.Until, failure.Message));
            else if (entry?.Value.Link is null) units.Add(new LinkUnit { DoneWork = [row] });
            else missing.Add(source);
        }

        if (missing.Count > 0)
        {
            var confirmed = await gone.ConfirmAsync(scope, missing, sources, cancellation);
            sources.AddRange(confirmed);
            units.AddRange(missing.Except(confirmed).Select(source => Later(source.Work!.Value, null, "It is not found, but neither are records that are known to be there.")));
        }

        await list.CommitAsync(scope, units, cancellation);
        return sources.Count == 0 ? BatchOutcome.Nothing : await batches.RunAsync(scope, sources, cancellation);
    }

    /// <summary>Planned again later, unless there is news of the record by then.</summary>
    private LinkUnit Later(Versioned<WorkItem> row, DateTimeOffset? until, string detail)
    {
        var attempts = row.Value.Attempts + 1;
        var later = row.Value with { Reason = WorkReason.Retry, Attempts = attempts, Detail = detail, DueAt = until ?? time.GetUtcNow().AddSeconds(Math.Min(3600, 15 * attempts * attempts)) };
        return new LinkUnit { DoneWork = [row], PutWork = [later] };
    }

    private async Task<BatchOutcome> RunInsideAsync(WorkScope scope, Due due, CancellationToken cancellation)
    {
        var byLink = due.Rows.ToLookup(row => row.Value.Link ?? due.EntryOf(row.Value)?.Value.Link);

        // Inside a record that is not linked: nothing to do until it is, and then all of it is looked at.
        if (byLink[null].Any()) await links.DeleteWorkAsync(scope.Links, [.. byLink[null]], cancellation);
        return await projects.RunDueAsync(scope, byLink, cancellation);
    }
}
