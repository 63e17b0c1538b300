using System.Collections.Immutable;
using Azure.Data.Tables;
using SyncFunctions.Engine;

namespace SyncFunctions.State;

/// <summary>Links, what is known of records, and the work list.</summary>
public sealed class LinkStore(StateTables tables)
{
    private const int MaxActions = 100;

    /// <summary>More rows do not come in one answer of the service.</summary>
    private const int MostAtOnce = 1000;

    /// <summary>So many times a row of the work list that was another than expected is looked at alone.</summary>
    private const int LooksAtOne = 3;

    /// <summary>What is known of these records; an id that nobody knows is not in the answer.</summary>
    public async Task<IReadOnlyDictionary<string, Versioned<IndexEntry>>> FindAsync(
        LinkScope scope, Side side, IReadOnlyCollection<string> recordIds, CancellationToken cancellation)
    {
        var rows = await tables.Links.FindAsync(Keys.LinkPartition(scope), recordIds.Select(id => Keys.Index(side, id)), cancellation);
        return rows.Select(row => row.As(r => LinkRows.ToEntry(side, r))).ToDictionary(entry => entry.Value.RecordId);
    }

    /// <summary>These links; one that does not exist is not in the answer.</summary>
    public async Task<IReadOnlyDictionary<LinkId, Versioned<Link>>> LoadAsync(LinkScope scope, IReadOnlyCollection<LinkId> links, CancellationToken cancellation)
    {
        var rows = await tables.Links.FindAsync(Keys.LinkPartition(scope), links.Select(Keys.Link), cancellation);
        return rows.Select(row => row.As(r => LinkRows.ToLink(scope, r))).ToDictionary(link => link.Value.Id);
    }

    /// <summary>The unlinked records of a side by match key; a key that nobody has is not in the answer.</summary>
    public async Task<IReadOnlyDictionary<string, IReadOnlyList<Versioned<IndexEntry>>>> FindByKeysAsync(
        LinkScope scope, Side side, IReadOnlyCollection<string> matchKeys, CancellationToken cancellation)
    {
        var found = await tables.Links.FindAsync(Keys.LinkPartition(scope), matchKeys.Select(key => Keys.MatchRange(side, key)), cancellation);
        var entries = await FindAsync(scope, side, [.. found.Select(row => row.Id("Record")).Distinct()], cancellation);
        var wanted = matchKeys.ToHashSet();

        // Between the two reads an entry may have been linked, or have got other keys.
        return entries.Values
            .Where(entry => entry.Value.IsMatchable)
            .SelectMany(entry => entry.Value.MatchKeys.Distinct().Where(wanted.Contains).Select(key => (Key: key, Entry: entry)))
            .GroupBy(match => match.Key)
            .ToDictionary(
                group => group.Key,
                group => (IReadOnlyList<Versioned<IndexEntry>>)[.. group.Select(match => match.Entry).OrderBy(entry => entry.Value.RecordId, StringComparer.Ordinal)]);
    }

    /// <summary>The links that are about to create a record on <paramref name="target"/>.</summary>
    public async Task<IReadOnlyList<Versioned<Link>>> OpenCreatesAsync(LinkScope scope, Side target, CancellationToken cancellation)
    {
        var rows = await tables.Links.ListAsync(InPartition(scope, Keys.OpenCreates(target)), int.MaxValue, cancellation);
        if (rows.Count == 0) return [];
        return [.. (await LoadAsync(scope, [.. rows.Select(row => new LinkId(row.Text("Link")))], cancellation)).Values];
    }

    /// <summary>A page of all links in the order of their ids.</summary>
    /// <param name="after">The continuation of the page before.</param>
    public async Task<Page<Versioned<Link>>> LinksAsync(LinkScope scope, string? after, int max, CancellationToken cancellation)
    {
        var page = await tables.Links.PageAsync(Keys.LinkPartition(scope), Keys.Links, null, after, max, cancellation);
        return new([.. page.Items.Select(row => row.As(r => LinkRows.ToLink(scope, r)))], page.Continuation);
    }

    /// <summary>A page of the links that are wanted, in the order of their ids.</summary>
    /// <param name="most">So many are looked at; then the page ends, with what was found and where to go on.</param>
    public Task<Found<Link>> SearchAsync(LinkScope scope, Predicate<Link> isWanted, string? continuation, int max, int most, CancellationToken cancellation) =>
        SearchAsync(scope, Keys.Links, null, row => LinkRows.ToLink(scope, row), isWanted, continuation, max, most, cancellation);

    /// <summary>The same of the records of a side that have no link, whether or not a person wants them matched.</summary>
    public Task<Found<IndexEntry>> SearchUnlinkedAsync(LinkScope scope, Side side, Predicate<IndexEntry> isWanted, string? continuation, int max, int most, CancellationToken cancellation) =>
        SearchAsync(scope, Keys.IndexRange(side), Filter.Where($"Link eq {""}"), row => LinkRows.ToEntry(side, row), isWanted, continuation, max, most, cancellation);

    /// <summary>The links of what lives inside a project.</summary>
    public async Task<IReadOnlyList<Versioned<Link>>> InsideAsync(LinkScope scope, LinkId project, CancellationToken cancellation)
    {
        var rows = await tables.Links.ListAsync(InPartition(scope, Keys.LinksInside(project)), int.MaxValue, cancellation);
        return [.. rows.Select(row => row.As(r => LinkRows.ToLink(scope, r)))];
    }

    /// <summary>How many active links there are of what lives inside a project.</summary>
    public async Task<int> CountInsideAsync(LinkScope scope, LinkId project, CancellationToken cancellation)
    {
        var active = nameof(LinkState.Active);
        var count = 0;
        await foreach (var _ in tables.Links.QueryAsync(Filter.And(InPartition(scope, Keys.LinksInside(project)), Filter.Where($"State eq {active}")), null, cancellation, ["RowKey"])) count++;
        return count;
    }

    /// <summary>The work that belongs to a project: its own, or of what lives inside.</summary>
    public Task<IReadOnlyList<Versioned<WorkItem>>> WorkInsideAsync(LinkScope scope, LinkId project, int max, CancellationToken cancellation) =>
        WorkAsync(scope, Filter.LinkOf(project), max, cancellation);

    /// <summary>A page of the records that have no link, in the order of their ids.</summary>
    /// <param name="dismissed">Those that a person does not want matched, or the others.</param>
    public async Task<Page<Versioned<IndexEntry>>> UnlinkedAsync(
        LinkScope scope, Side side, bool dismissed, string? continuation, int max, CancellationToken cancellation)
    {
        var unlinked = Filter.Where($"Link eq {""} and Tombstone eq {dismissed}");
        var page = await tables.Links.PageAsync(Keys.LinkPartition(scope), Keys.IndexRange(side), unlinked, continuation, max, cancellation);
        return new([.. page.Items.Select(row => row.As(r => LinkRows.ToEntry(side, r)))], page.Continuation);
    }

    /// <summary>A page of everything that is known of a side's records, in the order of their ids.</summary>
    public async Task<Page<Versioned<IndexEntry>>> EntriesAsync(
        LinkScope scope, Side side, string? continuation, int max, CancellationToken cancellation)
    {
        var page = await tables.Links.PageAsync(Keys.LinkPartition(scope), Keys.IndexRange(side), null, continuation, max, cancellation);
        return new([.. page.Items.Select(row => row.As(r => LinkRows.ToEntry(side, r)))], page.Continuation);
    }

    /// <summary>
    /// Writes units, each whole or not at all, in as few transactions as possible. A unit that lost its race says so and holds up no other.
    /// </summary>
    /// <exception cref="LinkTooLargeException">Nothing was written.</exception>
    public Task<IReadOnlyList<CommitResult>> CommitAsync(LinkScope scope, IReadOnlyList<LinkUnit> units, CancellationToken cancellation) =>
        new LinkCommit(tables.Links, scope, units).RunAsync(cancellation);

    /// <summary>Puts records on the work list, whatever their rows said: for news such as webhooks, which are due at once.</summary>
    public async Task PutWorkAsync(LinkScope scope, IReadOnlyList<WorkItem> items, CancellationToken cancellation)
    {
        var actions = items
            .Select(item => LinkRows.ToRow(scope, item))
            .GroupBy(row => row.RowKey)
            .Select(same => new TableTransactionAction(TableTransactionActionType.UpsertReplace, same.Last()));
        foreach (var transaction in actions.Chunk(MaxActions)) await tables.Links.SubmitAsync(transaction, cancellation);
    }

    /// <summary>
    /// News of records, due at once. A row that is there already is renewed, so that whoever works on it sees that it has changed, and remembers
    /// that a plan waited; one that is held stays so, since when it began decides how long it may be.
    /// </summary>
    public async Task NoteWorkAsync(LinkScope scope, IReadOnlyList<WorkItem> news, CancellationToken cancellation)
    {
        foreach (var items in news.DistinctBy(item => (item.Side, item.RecordId)).Chunk(MaxActions))
        {
            var known = new Dictionary<(Side, string), Versioned<WorkItem>>();
            for (var attempt = 1; await tables.Links.FirstConflictAsync([.. items.Select(Action)], cancellation) is { } conflict; attempt++)
            {
                // Mostly but one has come before, or is just being done. A look at all of them takes long, and others wait for storage meanwhile.
                List<(Side Side, string RecordId)> changed = attempt <= LooksAtOne ? [(items[conflict].Side, items[conflict].RecordId)] : [.. items.Select(item => (item.Side, item.RecordId))];
                foreach (var item in changed) known.Remove(item);
                foreach (var row in await FindWorkAsync(scope, changed, cancellation)) known[(row.Value.Side, row.Value.RecordId)] = row;
            }

            TableTransactionAction Action(WorkItem item)
            {
                if (!known.TryGetValue((item.Side, item.RecordId), out var row)) return new(TableTransactionActionType.Add, LinkRows.ToRow(scope, item));
                var renewed = row.Value.Reason == WorkReason.Held ? row.Value with { DueAt = item.DueAt } : item with { FirstAt = row.Value.FirstAt, HadPlan = row.Value.IsOfBothSides };
                return new(TableTransactionActionType.UpdateReplace, LinkRows.ToRow(scope, renewed), row.ETag);
            }
        }
    }

    public async Task<IReadOnlyList<Versioned<WorkItem>>> DueWorkAsync(LinkScope scope, DateTimeOffset now, int max, CancellationToken cancellation) =>
        await WorkAsync(scope, Filter.Where($"DueAt le {now}"), max, cancellation);

    public async Task<IReadOnlyList<Versioned<WorkItem>>> WorkAsync(LinkScope scope, int max, CancellationToken cancellation) =>
        await WorkAsync(scope, condition: null, max, cancellation);

    /// <summary>How much of the work list is there for each reason; a list that is longer than <paramref name="most"/> is counted no further.</summary>
    public async Task<IReadOnlyDictionary<WorkReason, int>> CountWorkAsync(LinkScope scope, int most, CancellationToken cancellation) =>
        await tables.Links.QueryAsync(InPartition(scope, Keys.AllWork), null, cancellation, ["Reason"]).Take(most).CountBy(row => row.Enum<WorkReason>("Reason")).ToDictionaryAsync(cancellationToken: cancellation);

    /// <summary>How many records have no counterpart, of those that could be found by a match key; more than <paramref name="most"/> keys are counted no further.</summary>
    public async Task<int> CountUnmatchedAsync(LinkScope scope, int most, CancellationToken cancellation) =>
        await tables.Links.QueryAsync(InPartition(scope, Keys.AllMatches), null, cancellation, ["RowKey"]).Take(most).Select(row => Keys.MatchedRecord(row.RowKey)).Distinct().CountAsync(cancellation);

    /// <summary>A page of the work list in the order of its keys.</summary>
    /// <param name="reason">Null: any.</param>
    public async Task<Page<Versioned<WorkItem>>> WorkPageAsync(LinkScope scope, WorkReason? reason, string? continuation, int max, CancellationToken cancellation)
    {
        var condition = reason?.ToString() is { } name ? Filter.Where($"Reason eq {name}") : null;
        var page = await tables.Links.PageAsync(Keys.LinkPartition(scope), Keys.AllWork, condition, continuation, max, cancellation);
        return new([.. page.Items.Select(row => row.As(r => LinkRows.ToWork(scope, r)))], page.Continuation);
    }

    /// <summary>The rows of these records that are on the work list.</summary>
    public async Task<IReadOnlyList<Versioned<WorkItem>>> FindWorkAsync(LinkScope scope, IReadOnlyCollection<(Side Side, string RecordId)> records, CancellationToken cancellation)
    {
        var rows = await tables.Links.FindAsync(Keys.LinkPartition(scope), records.Select(record => Keys.Work(record.Side, record.RecordId)), cancellation);
        return [.. rows.OrderBy(row => row.RowKey, StringComparer.Ordinal).Select(row => row.As(r => LinkRows.ToWork(scope, r)))];
    }

    /// <summary>The work that waits for a record of this kind to be linked.</summary>
    public Task<IReadOnlyList<Versioned<WorkItem>>> AwaitingAsync(LinkScope scope, string awaitsKind, CancellationToken cancellation) =>
        WorkAsync(scope, Filter.Where($"AwaitsKind eq {awaitsKind}"), int.MaxValue, cancellation);

    /// <summary>Takes work off the list. A row that has changed since it was read stays.</summary>
    public Task DeleteWorkAsync(LinkScope scope, IReadOnlyList<Versioned<WorkItem>> items, CancellationToken cancellation) =>
        CommitAsync(scope, [.. items.Chunk(MaxActions).Select(chunk => new LinkUnit { DoneWork = [.. chunk] })], cancellation);

    /// <summary>The reactions of a kind that are still to be done.</summary>
    public async Task<IReadOnlyList<Versioned<LinkEvent>>> EventsAsync(LinkScope scope, int max, CancellationToken cancellation) =>
        [.. (await tables.Links.ListAsync(InPartition(scope, Keys.Events), max, cancellation)).Select(row => row.As(LinkRows.ToEvent))];

    /// <returns>Null where somebody else was faster.</returns>
    public async Task<Versioned<LinkEvent>?> ReplaceEventAsync(LinkScope scope, Versioned<LinkEvent> told, CancellationToken cancellation) =>
        await tables.Links.ReplaceAsync(LinkRows.ToRow(scope, told.Value), told.ETag, cancellation) is { } version ? told with { ETag = version } : null;

    public Task RemoveEventAsync(LinkScope scope, Versioned<LinkEvent> told, CancellationToken cancellation) =>
        tables.Links.DeleteAsync(Keys.LinkPartition(scope), Keys.Event(told.Value.Id), told.ETag, cancellation);

    private async Task<Found<T>> SearchAsync<T>(
        LinkScope scope, KeyRange range, string? condition, Func<TableEntity, T> read, Predicate<T> isWanted, string? continuation, int max, int most, CancellationToken cancellation)
    {
        var found = new List<T>();
        for (var looked = 0; ;)
        {
            var page = await tables.Links.PageAsync(Keys.LinkPartition(scope), range, condition, continuation, Math.Min(MostAtOnce, most - looked), cancellation);
            foreach (var row in page.Items)
            {
                looked++;
                if (read(row) is var item && isWanted(item)) found.Add(item);
                if (found.Count == max) return new(found, row == page.Items[^1] ? page.Continuation : row.RowKey, looked);
            }

            continuation = page.Continuation;
            if (continuation is null || looked >= most) return new(found, continuation, looked);
        }
    }

    private async Task<IReadOnlyList<Versioned<WorkItem>>> WorkAsync(LinkScope scope, string? condition, int max, CancellationToken cancellation)
    {
        var rows = await tables.Links.ListAsync(Filter.And(InPartition(scope, Keys.AllWork), condition), max, cancellation);
        return [.. rows.Select(row => row.As(r => LinkRows.ToWork(scope, r)))];
    }

    private static string InPartition(LinkScope scope, KeyRange range) => Filter.And(Filter.Partition(Keys.LinkPartition(scope)), Filter.In(range));
}
