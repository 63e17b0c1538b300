using Azure.Data.Tables;

namespace SyncFunctions.State;

/// <summary>Rows that are only added, listed with the newest first.</summary>
internal static class AppendLog
{
    private const int MaxActions = 100;
    private const int MaxBytes = 3 * 1024 * 1024;

    /// <summary>Rows of one partition, as few transactions as they need.</summary>
    public static async Task AppendAsync(Table table, IEnumerable<TableEntity> rows, CancellationToken cancellation)
    {
        var actions = new List<TableTransactionAction>();
        var bytes = 0;
        foreach (var row in rows)
        {
            var size = Row.SentSize(row);
            if (actions.Count == MaxActions || (actions.Count > 0 && bytes + size > MaxBytes)) await SendAsync();
            actions.Add(new(TableTransactionActionType.UpsertReplace, row));
            bytes += size;
        }

        if (actions.Count > 0) await SendAsync();

        async Task SendAsync()
        {
            if (actions.Count == 1) await table.UpsertAsync((TableEntity)actions[0].Entity, cancellation);
            else await table.SubmitAsync(actions, cancellation);
            actions.Clear();
            bytes = 0;
        }
    }

    /// <summary>Takes away what was added before that time, in one partition.</summary>
    /// <returns>How many rows.</returns>
    public static Task<int> RemoveBeforeAsync(Table table, string partition, DateTimeOffset before, CancellationToken cancellation) =>
        RemoveAsync(table, Filter.And(Filter.Partition(partition), Filter.In(Keys.OlderThan(before))), cancellation);

    /// <summary>Takes away the rows of one partition that a filter finds and nobody changes any more.</summary>
    /// <returns>How many.</returns>
    public static async Task<int> RemoveAsync(Table table, string filter, CancellationToken cancellation)
    {
        var removed = 0;
        while (true)
        {
            var rows = await table.ListAsync(filter, MaxActions, cancellation);
            if (rows.Count == 0) return removed;

            // Who else takes it away at the same time has done the same.
            if (await table.TrySubmitAsync([.. rows.Select(row => new TableTransactionAction(TableTransactionActionType.Delete, row, row.ETag))], cancellation) is null)
            {
                foreach (var row in rows) await table.DeleteAsync(row.PartitionKey, row.RowKey, row.ETag, cancellation);
            }

            removed += rows.Count;
        }
    }

    /// <summary>A key of its own for every row of one call, however often the call is sent.</summary>
    public static Func<DateTimeOffset, int, string> NewKeys(IdSource ids)
    {
        var unique = ids.NewStamp();
        return (at, number) => Keys.LogRow(at, number, unique);
    }
}
