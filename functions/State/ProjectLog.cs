using Azure.Data.Tables;
using SyncFunctions.Engine;

namespace SyncFunctions.State;

/// <summary>A line of a project's log: what was done, or a vendor call that failed.</summary>
public abstract record ProjectLine(DateTimeOffset At)
{
    public sealed record Notice(LogEntry Entry) : ProjectLine(Entry.At);

    public sealed record Call(ConnectionId Connection, FailedCall Failed) : ProjectLine(Failed.At);
}

/// <summary>What was done for one project, and the vendor calls for it that failed, as one log.</summary>
public sealed class ProjectLog(StateTables tables)
{
    /// <summary>The newest first. All of its sources go on after the same key: keys tell the time.</summary>
    public async Task<Page<ProjectLine>> ListAsync(FlowKey flow, IReadOnlyCollection<ConnectionId> connections, LinkId project, string? continuation, int max, CancellationToken cancellation)
    {
        var pages = await Task.WhenAll([
            ReadAsync(tables.Log, Keys.Flow(flow), IntegrationLog.Condition(new LogFilter { Project = project }), row => new ProjectLine.Notice(IntegrationLog.FromRow(row))),
            .. connections.Select(connection => ReadAsync(tables.ApiCalls, Keys.Connection(flow.Tenant, connection), ApiCallLog.Condition(project), row => new ProjectLine.Call(connection, ApiCallLog.FromRow(row)))),
        ]);
        var rows = pages.SelectMany(page => page.Rows).OrderBy(row => row.Key, StringComparer.Ordinal).ToList();
        var taken = rows.Take(max).ToList();
        return new([.. taken.Select(row => row.Line)], rows.Count > max || Array.Exists(pages, page => page.HasMore) ? taken[^1].Key : null);

        async Task<(List<(string Key, ProjectLine Line)> Rows, bool HasMore)> ReadAsync(Table table, string partition, string? condition, Func<TableEntity, ProjectLine> read)
        {
            var page = await table.PageAsync(partition, Keys.NewestFirstRange, condition, continuation, max, cancellation);
            return ([.. page.Items.Select(row => (row.RowKey, read(row)))], page.Continuation is not null);
        }
    }
}
