using System.Collections.Concurrent;
using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;
using SyncFunctions.Engine;

namespace SyncFunctions.State;

/// <summary>
/// A table with the verbs this app uses: insert, replace-if-match and delete-if-match, whose lost races are values, and upsert for
/// logs, indexes and the work list. The client repeats a call whose answer was lost; when the first had been applied, the second
/// meets its own work as a conflict. So every conflict is read back, and what is there exactly as it was to be written is ours.
/// </summary>
internal sealed class Table(TableClient client)
{
    // The service compares at most 15 properties in a filter: the partition, both ends of the range, and these.
    private const int KeysPerQuery = 12;
    private const int ConcurrentQueries = 8;

    public Task CreateAsync(CancellationToken cancellation) => client.CreateIfNotExistsAsync(cancellation);

    /// <returns>The new version, or null where the row exists.</returns>
    public async Task<ETag?> InsertAsync(TableEntity row, CancellationToken cancellation) => (await InsertOrReadAsync(row, cancellation)).Inserted;

    /// <returns>The new version, or the row that exists (null where it has gone since).</returns>
    public async Task<(ETag? Inserted, TableEntity? Existing)> InsertOrReadAsync(TableEntity row, CancellationToken cancellation)
    {
        try
        {
            return (Version(await client.AddEntityAsync(row, cancellation)), null);
        }
        catch (RequestFailedException failure) when (IsConflict(failure))
        {
            var found = await GetAsync(row.PartitionKey, row.RowKey, cancellation);
            return found is not null && Row.SameContent(row, found) ? (found.ETag, null) : (null, found);
        }
    }

    /// <returns>The new version, or null where the row has changed or gone.</returns>
    public async Task<ETag?> ReplaceAsync(TableEntity row, ETag expected, CancellationToken cancellation)
    {
        try
        {
            return Version(await client.UpdateEntityAsync(row, expected, TableUpdateMode.Replace, cancellation));
        }
        catch (RequestFailedException failure) when (IsConflict(failure))
        {
            return await ReadBackAsync(row, cancellation);
        }
    }

    /// <summary>Inserts where nothing is expected, otherwise replaces.</summary>
    public Task<ETag?> WriteAsync(TableEntity row, ETag? expected, CancellationToken cancellation) =>
        expected is { } version && version != default ? ReplaceAsync(row, version, cancellation) : InsertAsync(row, cancellation);

    /// <returns>False where the row has changed or gone. A lost answer of our own deletion is false too: nobody else may act on it.</returns>
    public async Task<bool> DeleteAsync(string partitionKey, string rowKey, ETag expected, CancellationToken cancellation)
    {
        try
        {
            return (await client.DeleteEntityAsync(partitionKey, rowKey, expected, cancellation)).Status != 404;
        }
        catch (RequestFailedException failure) when (IsConflict(failure))
        {
            return false;
        }
    }

    public Task UpsertAsync(TableEntity row, CancellationToken cancellation) => client.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellation);

    public async Task<TableEntity?> GetAsync(string partitionKey, string rowKey, CancellationToken cancellation)
    {
        var found = await client.GetEntityIfExistsAsync<TableEntity>(partitionKey, rowKey, cancellationToken: cancellation);
        return found.HasValue ? found.Value : null;
    }

    /// <param name="select">These properties only; all if null.</param>
    public IAsyncEnumerable<TableEntity> QueryAsync(string filter, int? maxPerPage, CancellationToken cancellation, IEnumerable<string>? select = null) =>
        client.QueryAsync<TableEntity>(filter, maxPerPage, select, cancellation);

    /// <param name="select">These properties only; all if null.</param>
    public async Task<List<TableEntity>> ListAsync(string filter, int max, CancellationToken cancellation, IEnumerable<string>? select = null)
    {
        var rows = new List<TableEntity>();
        if (max <= 0) return rows;
        await foreach (var row in QueryAsync(filter, Math.Min(max, 1000), cancellation, select))
        {
            rows.Add(row);
            if (rows.Count == max) break;
        }

        return rows;
    }

    /// <summary>A page in key order. The continuation is the last row key of the page before.</summary>
    public async Task<Page<TableEntity>> PageAsync(
        string partitionKey, KeyRange range, string? condition, string? continuation, int max, CancellationToken cancellation)
    {
        // The continuation comes back from outside: it may move the start inside the range, never out of it.
        var from = continuation is not null && string.CompareOrdinal(continuation, range.From) > 0 ? continuation : range.From;
        var filter = Filter.And(Filter.Partition(partitionKey), Filter.After(from), Filter.Below(range.To), condition);
        var rows = await ListAsync(filter, max + 1, cancellation);
        return rows.Count <= max ? new(rows, null) : new(rows[..max], rows[max - 1].RowKey);
    }

    /// <summary>The rows that exist among these keys of a partition, in few operations.</summary>
    public async Task<IReadOnlyCollection<TableEntity>> FindAsync(string partitionKey, IEnumerable<string> rowKeys, CancellationToken cancellation)
    {
        var sorted = rowKeys.Distinct().Order(StringComparer.Ordinal).ToList();
        var found = new ConcurrentBag<TableEntity>();
        sorted = await FindNeighboursAsync(partitionKey, sorted, found, cancellation);
        await Concurrent.ForEachAsync(sorted.Chunk(KeysPerQuery), ConcurrentQueries, async (keys, cancel) =>
        {
            if (keys.Length == 1)
            {
                if (await GetAsync(partitionKey, keys[0], cancel) is { } row) found.Add(row);
                return;
            }

            // Alternatives of row keys alone make the service scan the partition; the range confines the scan.
            var filter = Filter.And(
                Filter.Partition(partitionKey), Filter.From(keys[0]), Filter.UpTo(keys[^1]), Filter.Or(keys.Select(Filter.Row)));
            await foreach (var row in QueryAsync(filter, null, cancel)) found.Add(row);
        }, cancellation);
        return found;
    }

    /// <summary>
    /// Records that are listed together were often made together, and their rows stand side by side: then a piece of the partition is read in
    /// one go, where twelve keys a query would take many. As long as that pays.
    /// </summary>
    /// <returns>The keys that are still to be looked for.</returns>
    private async Task<List<string>> FindNeighboursAsync(string partitionKey, List<string> keys, ConcurrentBag<TableEntity> found, CancellationToken cancellation)
    {
        while (keys.Count > KeysPerQuery)
        {
            var most = Math.Min(2 * keys.Count, 1000);
            var rows = await ListAsync(Filter.And(Filter.Partition(partitionKey), Filter.From(keys[0]), Filter.UpTo(keys[^1])), most, cancellation);
            var seen = rows.Count < most ? keys.Count : keys.FindLastIndex(key => string.CompareOrdinal(key, rows[^1].RowKey) <= 0) + 1;
            var wanted = keys[..seen].ToHashSet();
            foreach (var row in rows.Where(row => wanted.Contains(row.RowKey))) found.Add(row);
            keys = keys[seen..];
            if (seen <= KeysPerQuery) break;
        }

        return keys;
    }

    /// <summary>The rows in any of these ranges of a partition, in few operations.</summary>
    public async Task<IReadOnlyCollection<TableEntity>> FindAsync(string partitionKey, IEnumerable<KeyRange> ranges, CancellationToken cancellation)
    {
        var sorted = ranges.Distinct().OrderBy(range => range.From, StringComparer.Ordinal).ToList();
        var found = new ConcurrentBag<TableEntity>();
        await Concurrent.ForEachAsync(sorted.Chunk(KeysPerQuery / 2), ConcurrentQueries, async (chunk, cancel) =>
        {
            var filter = Filter.And(
                Filter.Partition(partitionKey), Filter.From(chunk[0].From), Filter.Below(chunk[^1].To), Filter.Or(chunk.Select(Filter.In)));
            await foreach (var row in QueryAsync(filter, null, cancel)) found.Add(row);
        }, cancellation);
        return found;
    }

    /// <summary>Sends a transaction as it is.</summary>
    /// <exception cref="TableTransactionFailedException">One of the actions failed; none was done.</exception>
    public async Task<IReadOnlyList<ETag>> SubmitAsync(IReadOnlyList<TableTransactionAction> actions, CancellationToken cancellation)
    {
        var responses = (await client.SubmitTransactionAsync(actions, cancellation)).Value;
        return [.. responses.Select(response => response.Headers.ETag ?? default)];
    }

    /// <summary>Sends a transaction that may as well be done twice: what was done although its answer was lost is a conflict here.</summary>
    /// <returns>Null where all was done, or the number of the action whose condition failed: then nothing was.</returns>
    public async Task<int?> FirstConflictAsync(IReadOnlyList<TableTransactionAction> actions, CancellationToken cancellation)
    {
        try
        {
            await SubmitAsync(actions, cancellation);
            return null;
        }
        catch (TableTransactionFailedException failure) when (IsConflict(failure))
        {
            return failure.FailedTransactionActionIndex ?? 0;
        }
    }

    /// <returns>The new versions in order, or null where a condition failed: then nothing was done.</returns>
    public async Task<IReadOnlyList<ETag>?> TrySubmitAsync(IReadOnlyList<TableTransactionAction> actions, CancellationToken cancellation)
    {
        try
        {
            return await SubmitAsync(actions, cancellation);
        }
        catch (TableTransactionFailedException failure) when (IsConflict(failure))
        {
            return await ReadBackAsync(actions, cancellation);
        }
    }

    /// <returns>The versions in order if every action has been done exactly so, otherwise null.</returns>
    public async Task<IReadOnlyList<ETag>?> ReadBackAsync(IReadOnlyList<TableTransactionAction> actions, CancellationToken cancellation)
    {
        var rows = await FindAsync(actions[0].Entity.PartitionKey, actions.Select(action => action.Entity.RowKey), cancellation);
        var byKey = rows.ToDictionary(row => row.RowKey);
        var versions = new List<ETag>(actions.Count);
        foreach (var action in actions)
        {
            var found = byKey.GetValueOrDefault(action.Entity.RowKey);
            var done = action.ActionType == TableTransactionActionType.Delete
                ? found is null
                : found is not null && Row.SameContent((TableEntity)action.Entity, found);
            if (!done) return null;
            versions.Add(found?.ETag ?? default);
        }

        return versions;
    }

    /// <summary>A condition of ours was not met; anything else, a missing table included, is a failure.</summary>
    public static bool IsConflict(RequestFailedException failure) =>
        (failure.Status is 409 && failure.ErrorCode == TableErrorCode.EntityAlreadyExists.ToString()) ||
        failure.Status is 412 ||
        (failure.Status is 404 && failure.ErrorCode != TableErrorCode.TableNotFound.ToString());

    private async Task<ETag?> ReadBackAsync(TableEntity row, CancellationToken cancellation) =>
        await GetAsync(row.PartitionKey, row.RowKey, cancellation) is { } found && Row.SameContent(row, found) ? found.ETag : null;

    private static ETag Version(Response response) =>
        response.Headers.ETag ?? throw new InvalidOperationException("The table service answered a write without a version.");

}

/// <summary>Conditions, each made by the client's own formatter, which quotes what has to be quoted.</summary>
internal static class Filter
{
    public static string Where(FormattableString condition) => TableClient.CreateQueryFilter(condition);

    public static string Partition(string key) => Where($"PartitionKey eq {key}");

    public static string Row(string key) => Where($"RowKey eq {key}");

    public static string From(string key) => Where($"RowKey ge {key}");

    public static string After(string key) => Where($"RowKey gt {key}");

    public static string UpTo(string key) => Where($"RowKey le {key}");

    public static string Below(string key) => Where($"RowKey lt {key}");

    /// <summary>The property <c>Link</c> names this project or something inside it.</summary>
    public static string LinkOf(LinkId project)
    {
        var (own, from, to) = (project.Value, $"{project.Value}{LinkId.Separator}", $"{project.Value}{(char)(LinkId.Separator + 1)}");
        return Where($"(Link eq {own} or (Link ge {from} and Link lt {to}))");
    }

    public static string In(KeyRange range) => And(From(range.From), Below(range.To));

    public static string And(params IEnumerable<string?> conditions) => string.Join(" and ", conditions.Where(condition => condition is not null));

    public static string Or(params IEnumerable<string> conditions) => $"({string.Join(" or ", conditions.Select(condition => $"({condition})"))})";
}
