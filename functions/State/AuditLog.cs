using System.Collections.Immutable;
using Azure.Data.Tables;
using SyncFunctions.Engine;

namespace SyncFunctions.State;

/// <summary>Who did something: a user, a key, or the operator.</summary>
public sealed record AuditWho(string Kind, string Id, string Name);

/// <summary>A setting that was changed.</summary>
/// <param name="Before">As JSON; null where there was none.</param>
public sealed record AuditChange(string Member, string? Before, string? After);

/// <summary>Something that somebody did, or was not allowed to do.</summary>
/// <param name="What">The function's name.</param>
public sealed record AuditEntry(DateTimeOffset At, AuditWho Who, string What, int Status)
{
    /// <summary>What it was done to, by what it is: a flow, a link.</summary>
    public ImmutableSortedDictionary<string, string> Target { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Never a secret, and nothing of a record.</summary>
    public ImmutableArray<AuditChange> Changes { get; init; } = [];

    /// <summary>Where the request came from; null where that is not known.</summary>
    public string? Address { get; init; }
}

/// <summary>Null: any.</summary>
/// <param name="Who">An id.</param>
public sealed record AuditFilter(string? Who = null, string? What = null, FlowId? Flow = null, DateTimeOffset? From = null, DateTimeOffset? To = null)
{
    public static readonly AuditFilter None = new();
}

/// <summary>Who did what, by tenant; what was done to no tenant is the operator's alone to see.</summary>
public sealed class AuditLog(StateTables tables, IdSource ids)
{
    public Task AppendAsync(TenantId? tenant, AuditEntry entry, CancellationToken cancellation) =>
        AppendLog.AppendAsync(tables.Audit, [ToRow(Keys.Audit(tenant), AppendLog.NewKeys(ids)(entry.At, 0), entry)], cancellation);

    /// <summary>The newest first.</summary>
    public async Task<Page<AuditEntry>> ListAsync(TenantId? tenant, AuditFilter filter, string? continuation, int max, CancellationToken cancellation)
    {
        var page = await tables.Audit.PageAsync(Keys.Audit(tenant), Keys.NewestFirstBetween(filter.From, filter.To), Condition(filter), continuation, max, cancellation);
        return new([.. page.Items.Select(FromRow)], page.Continuation);
    }

    /// <returns>How many entries were older.</returns>
    public Task<int> RemoveBeforeAsync(TenantId? tenant, DateTimeOffset before, CancellationToken cancellation) =>
        AppendLog.RemoveBeforeAsync(tables.Audit, Keys.Audit(tenant), before, cancellation);

    private static string? Condition(AuditFilter filter)
    {
        var conditions = new List<string>();
        if (filter.Who is { } who) conditions.Add(Filter.Where($"Who eq {who}"));
        if (filter.What is { } what) conditions.Add(Filter.Where($"What eq {what}"));
        if (filter.Flow?.Value is { } flow) conditions.Add(Filter.Where($"Flow eq {flow}"));
        return conditions.Count == 0 ? null : Filter.And(conditions);
    }

    private static TableEntity ToRow(string partition, string key, AuditEntry entry) => Row.New(partition, key)
        .Put("At", entry.At)
        .Put("Kind", entry.Who.Kind)
        .Put("Who", entry.Who.Id)
        .PutClipped("Name", entry.Who.Name, 500)
        .Put("What", entry.What)
        .Put("Status", (int?)entry.Status)
        .Put("Flow", entry.Target.GetValueOrDefault("flow"))
        .PutJson("Target", entry.Target)
        .PutJson("Changes", entry.Changes)
        .PutClipped("Address", entry.Address, 100);

    internal static AuditEntry FromRow(TableEntity row) => new(row.Time("At"), new AuditWho(row.Text("Kind"), row.Text("Who"), row.Text("Name")), row.Text("What"), row.Number("Status"))
    {
        Target = row.Json<ImmutableSortedDictionary<string, string>>("Target"),
        Changes = row.Json<ImmutableArray<AuditChange>>("Changes"),
        Address = row.GetString("Address"),
    };
}
