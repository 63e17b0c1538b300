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

    /// <summary>A key of its own for every row of one call, however often the call is sent.</summary>
    public static Func<DateTimeOffset, int, string> NewKeys(IdSource ids)
    {
        var unique = ids.NewStamp();
        return (at, number) => Keys.LogRow(at, number, unique);
    }
}
