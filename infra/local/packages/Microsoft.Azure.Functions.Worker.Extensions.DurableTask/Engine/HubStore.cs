using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;
using Microsoft.DurableTask.Client;

namespace Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Engine;

/// <summary>What one commit changes besides the head.</summary>
internal sealed record Changes(IReadOnlyList<TableEntity> Added, IReadOnlyList<string> Deleted)
{
    public static readonly Changes None = new([], []);

    /// <summary>Rows that one transaction takes, less the head.</summary>
    public const int MaxRows = 99;
}

/// <summary>What a poll of the work index finds.</summary>
internal sealed record PollResult(IReadOnlyList<WorkRow> Work, IReadOnlyDictionary<string, DateTimeOffset> Owners);

/// <summary>The two tables of a hub. Its methods are single storage operations unless they say otherwise.</summary>
internal sealed class HubStore(TableServiceClient service, string hubName)
{
    private const string Until = "Until";
    private static readonly DateTimeOffset Always = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly TableClient _instances = service.GetTableClient($"{hubName}Orchestrations");
    private readonly TableClient _work = service.GetTableClient($"{hubName}Work");

    /// <summary>Two operations, at start.</summary>
    public async Task CreateTablesAsync(CancellationToken cancellation)
    {
        await _instances.CreateIfNotExistsAsync(cancellation);
        await _work.CreateIfNotExistsAsync(cancellation);
    }

    /// <summary>The whole partition of an instance; one operation per thousand rows.</summary>
    public async Task<InstanceState?> LoadAsync(string instanceId, CancellationToken cancellation)
    {
        var rows = new Dictionary<string, TableEntity>();
        var partition = Keys.Partition(instanceId);
        await foreach (var row in _instances.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {partition}"), cancellationToken: cancellation))
            rows.Add(row.RowKey, row);
        return InstanceState.Of(rows);
    }

    public async Task<Head?> GetHeadAsync(string instanceId, CancellationToken cancellation)
    {
        var row = await _instances.GetEntityIfExistsAsync<TableEntity>(Keys.Partition(instanceId), Keys.Head, cancellationToken: cancellation);
        return row.HasValue ? Head.Of(row.Value!) : null;
    }

    /// <summary>The input; one operation where it does not fit the head, else none.</summary>
    public async Task<string?> GetInputAsync(Head head, CancellationToken cancellation) =>
        head.HasInputRow ? await ReadAsync<string>(head, Keys.Input(head.Generation), cancellation) : head.Input;

    /// <summary>The output; one operation where it does not fit the head, else none.</summary>
    public async Task<string?> GetOutputAsync(Head head, CancellationToken cancellation)
    {
        if (head.Output is not null || !head.HasOutcomeRow) return head.Output;
        return (await ReadAsync<Outcome>(head, Keys.Outcome(head.Generation), cancellation))?.Output;
    }

    /// <summary>
    /// The one way an instance changes: one transaction that replaces the head if it is unchanged (or adds it where there must be none).
    /// Returns the new version, or null where the race was lost: then nothing of it was done.
    /// </summary>
    public async Task<ETag?> CommitAsync(Head head, ETag? expected, Changes changes, CancellationToken cancellation)
    {
        var row = head.ToRow();
        List<TableTransactionAction> actions =
        [
            expected is { } version
                ? new TableTransactionAction(TableTransactionActionType.UpdateReplace, row, version)
                : new TableTransactionAction(TableTransactionActionType.Add, row),
            .. changes.Added.Select(added => new TableTransactionAction(TableTransactionActionType.UpsertReplace, added)),
            .. changes.Deleted.Select(key => new TableTransactionAction(TableTransactionActionType.Delete, new TableEntity(row.PartitionKey, key), ETag.All)),
        ];
        try
        {
            var answers = await _instances.SubmitTransactionAsync(actions, cancellation);
            return answers.Value[0].Headers.ETag ?? throw new InvalidOperationException("The storage service returned no version of the head.");
        }
        catch (RequestFailedException lost) when (lost.Status is 404 or 409 or 412)
        {
            return null;
        }
    }

    /// <summary>Deletes an ended instance: the head last, if it is unchanged. One operation per hundred rows, and one to list them.</summary>
    public async Task<bool> DeleteAsync(string instanceId, ETag expected, CancellationToken cancellation)
    {
        var partition = Keys.Partition(instanceId);
        var keys = new List<string>();
        await foreach (var row in _instances.QueryAsync<TableEntity>(
            TableClient.CreateQueryFilter($"PartitionKey eq {partition}"), select: ["PartitionKey", "RowKey"], cancellationToken: cancellation))
        {
            if (row.RowKey != Keys.Head) keys.Add(row.RowKey);
        }

        try
        {
            while (keys.Count > Changes.MaxRows)
            {
                await _instances.SubmitTransactionAsync([.. keys.Take(Changes.MaxRows).Select(key => Deletion(key, ETag.All))], cancellation);
                keys.RemoveRange(0, Changes.MaxRows);
            }

            await _instances.SubmitTransactionAsync([Deletion(Keys.Head, expected), .. keys.Select(key => Deletion(key, ETag.All))], cancellation);
            return true;
        }
        catch (RequestFailedException lost) when (lost.Status is 404 or 412)
        {
            return false;
        }

        TableTransactionAction Deletion(string key, ETag version) => new(TableTransactionActionType.Delete, new TableEntity(partition, key), version);
    }

    /// <summary>A page of heads, in the order of their ids.</summary>
    public async Task<(IReadOnlyList<Head> Heads, string? Continuation)> ListAsync(
        OrchestrationQuery query, string? continuation, int pageSize, CancellationToken cancellation)
    {
        var filter = TableClient.CreateQueryFilter($"RowKey eq {Keys.Head}");
        if (query.InstanceIdPrefix is { Length: > 0 } prefix)
        {
            // A lone surrogate may be escaped otherwise when more follows; the plain part before it is prefix enough for storage.
            var from = Keys.Escape(prefix);
            if (char.IsHighSurrogate(prefix[^1])) from = Keys.Escape(prefix[..^1]);
            if (from.Length > 0) filter += " and " + TableClient.CreateQueryFilter($"PartitionKey ge {from} and PartitionKey lt {from + '\uffff'}");
        }

        if (query.CreatedFrom is { } createdFrom) filter += " and " + TableClient.CreateQueryFilter($"CreatedAt ge {createdFrom}");
        if (query.CreatedTo is { } createdTo) filter += " and " + TableClient.CreateQueryFilter($"CreatedAt le {createdTo}");
        if (query.Statuses?.Distinct().ToList() is { Count: > 0 } statuses)
            filter += $" and ({string.Join(" or ", statuses.Select(status => TableClient.CreateQueryFilter($"Status eq {status.ToString()}")))})";

        await foreach (var page in _instances.QueryAsync<TableEntity>(filter, maxPerPage: pageSize, cancellationToken: cancellation).AsPages(continuation, pageSize))
        {
            // Storage may answer an empty page in the middle.
            if (page.Values.Count == 0 && page.ContinuationToken is not null) continue;
            IReadOnlyList<Head> heads =
            [
                .. page.Values.Select(Head.Of).Where(head => head.InstanceId.StartsWith(query.InstanceIdPrefix ?? "", StringComparison.Ordinal)),
            ];
            return (heads, page.ContinuationToken);
        }

        return ([], null);
    }

    /// <summary>The ids of instances that ended before a time. Reads every head of the hub.</summary>
    public async IAsyncEnumerable<string> EndedBeforeAsync(
        DateTimeOffset time, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var filter = TableClient.CreateQueryFilter($"RowKey eq {Keys.Head} and EndedAt lt {time}");
        await foreach (var row in _instances.QueryAsync<TableEntity>(filter, select: ["PartitionKey"], cancellationToken: cancellation))
            yield return Keys.Unescape(row.PartitionKey);
    }

    /// <summary>Says that the instance wants attention, whatever the row said before.</summary>
    public async Task<WorkRow> RaiseAsync(WorkRow row, CancellationToken cancellation)
    {
        var answer = await _work.UpsertEntityAsync(row.ToRow(), TableUpdateMode.Replace, cancellation);
        return row with { ETag = answer.Headers.ETag ?? throw new InvalidOperationException("The storage service returned no version of the work row.") };
    }

    /// <summary>Says that the instance wants attention later, or not at all; null where somebody wrote the row meanwhile.</summary>
    public async Task<WorkRow?> LowerAsync(WorkRow row, DateTimeOffset? due, CancellationToken cancellation)
    {
        try
        {
            if (due is null)
            {
                await _work.DeleteEntityAsync(Keys.Work, Keys.WorkOf(row.InstanceId), row.ETag, cancellation);
                return null;
            }

            var lowered = row with { Due = due.Value, Owner = "" };
            var answer = await _work.UpdateEntityAsync(lowered.ToRow(), row.ETag, TableUpdateMode.Replace, cancellation);
            return lowered with { ETag = answer.Headers.ETag ?? throw new InvalidOperationException("The storage service returned no version of the work row.") };
        }
        catch (RequestFailedException lost) when (lost.Status is 404 or 412)
        {
            return null;
        }
    }

    /// <summary>Everything that is due, and every process of the hub.</summary>
    public async Task<PollResult> PollAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        var work = new List<WorkRow>();
        var owners = new Dictionary<string, DateTimeOffset>();
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {Keys.Work} and Due le {now}");
        await foreach (var row in _work.QueryAsync<TableEntity>(filter, cancellationToken: cancellation))
        {
            if (row.RowKey.StartsWith("o|", StringComparison.Ordinal)) owners[row.RowKey[2..]] = row.GetDateTimeOffset(Until)!.Value;
            else work.Add(WorkRow.Of(row));
        }

        return new PollResult(work, owners);
    }

    public async Task<DateTimeOffset?> GetOwnerAsync(string owner, CancellationToken cancellation)
    {
        var row = await _work.GetEntityIfExistsAsync<TableEntity>(Keys.Work, Keys.Owner(owner), cancellationToken: cancellation);
        return row.HasValue ? row.Value!.GetDateTimeOffset(Until) : null;
    }

    public Task BeatAsync(string owner, DateTimeOffset until, CancellationToken cancellation) => _work.UpsertEntityAsync(
        new TableEntity(Keys.Work, Keys.Owner(owner)) { [nameof(WorkRow.Due)] = Always, [Until] = until }, TableUpdateMode.Replace, cancellation);

    public Task LeaveAsync(string owner, CancellationToken cancellation) =>
        _work.DeleteEntityAsync(Keys.Work, Keys.Owner(owner), ETag.All, cancellation);

    private async Task<T?> ReadAsync<T>(Head head, string key, CancellationToken cancellation)
    {
        var rows = new Dictionary<string, TableEntity>();
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {Keys.Partition(head.InstanceId)} and RowKey ge {key} and RowKey le {key + "~99"}");
        await foreach (var row in _instances.QueryAsync<TableEntity>(filter, cancellationToken: cancellation)) rows.Add(row.RowKey, row);
        return rows.ContainsKey(key) ? Payload.Read<T>(key, rows) : default;
    }
}
