using Azure.Data.Tables;
using SyncFunctions.Engine;

namespace SyncFunctions.State;

/// <summary>A vendor call that failed. Never a body, a token or a query string.</summary>
public sealed record FailedCall(
    DateTimeOffset At, string System, string Method, string Path, int? Status, string? Failure, string? Message, TimeSpan Duration)
{
    /// <summary>The vendor's kind of what the call was about.</summary>
    public string? Kind { get; init; }

    /// <summary>The record that it was about.</summary>
    public string? RecordId { get; init; }

    /// <summary>The link of the project for which it was made; null where it was for none, or for several.</summary>
    public LinkId? Project { get; init; }
}

/// <summary>The failed vendor calls of a connection.</summary>
public sealed class ApiCallLog(StateTables tables, IdSource ids)
{
    public Task AppendAsync(TenantId tenant, ConnectionId connection, IReadOnlyList<FailedCall> calls, CancellationToken cancellation)
    {
        var keyOf = AppendLog.NewKeys(ids);
        var partition = Keys.Connection(tenant, connection);
        return AppendLog.AppendAsync(tables.ApiCalls, calls.Select((call, number) => ToRow(partition, keyOf(call.At, number), call)), cancellation);
    }

    /// <summary>The newest first.</summary>
    /// <param name="project">Only calls for this project; null: all.</param>
    public async Task<Page<FailedCall>> ListAsync(
        TenantId tenant, ConnectionId connection, string? continuation, int max, CancellationToken cancellation, LinkId? project = null)
    {
        var page = await tables.ApiCalls.PageAsync(Keys.Connection(tenant, connection), Keys.NewestFirstRange, Condition(project), continuation, max, cancellation);
        return new([.. page.Items.Select(FromRow)], page.Continuation);
    }

    /// <returns>How many calls were older.</returns>
    public Task<int> RemoveBeforeAsync(TenantId tenant, ConnectionId connection, DateTimeOffset before, CancellationToken cancellation) =>
        AppendLog.RemoveBeforeAsync(tables.ApiCalls, Keys.Connection(tenant, connection), before, cancellation);

    /// <summary>Those of several connections, the newest first. All of them go on after the same key: keys tell the time.</summary>
    public async Task<Page<(ConnectionId Connection, FailedCall Call)>> ListAsync(
        TenantId tenant, IReadOnlyCollection<ConnectionId> connections, string? continuation, int max, CancellationToken cancellation, LinkId? project = null)
    {
        var pages = await Task.WhenAll(connections.Select(async connection =>
            (Connection: connection, Page: await tables.ApiCalls.PageAsync(Keys.Connection(tenant, connection), Keys.NewestFirstRange, Condition(project), continuation, max, cancellation))));
        var rows = pages.SelectMany(item => item.Page.Items.Select(row => (item.Connection, Row: row))).OrderBy(item => item.Row.RowKey, StringComparer.Ordinal).ToList();
        var taken = rows.Take(max).ToList();
        var hasMore = rows.Count > max || pages.Any(item => item.Page.Continuation is not null);
        return new([.. taken.Select(item => (item.Connection, FromRow(item.Row)))], hasMore ? taken[^1].Row.RowKey : null);
    }

    internal static string? Condition(LinkId? project) => project?.Value is { } link ? Filter.Where($"Project eq {link}") : null;

    private static TableEntity ToRow(string partition, string key, FailedCall call) => Row.New(partition, key)
        .Put("At", call.At)
        .Put("System", call.System)
        .Put("Method", call.Method)
        .PutClipped("Path", call.Path, 2000)
        .Put("Status", call.Status)
        .Put("Failure", call.Failure)
        .PutClipped("Message", call.Message, 4000)
        .Put("DurationTicks", (long?)call.Duration.Ticks)
        .Put("Kind", call.Kind)
        .PutClipped("RecordId", call.RecordId, 1000)
        .Put("Project", call.Project?.Value);

    internal static FailedCall FromRow(TableEntity row) => new(
        row.Time("At"),
        row.Text("System"),
        row.Text("Method"),
        row.Text("Path"),
        row.GetInt32("Status"),
        row.GetString("Failure"),
        row.GetString("Message"),
        TimeSpan.FromTicks(row.GetInt64("DurationTicks") ?? 0))
    {
        Kind = row.GetString("Kind"),
        RecordId = row.GetString("RecordId"),
        Project = row.GetString("Project") is { } project ? new LinkId(project) : null,
    };
}
