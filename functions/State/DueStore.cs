using Azure;
using Azure.Data.Tables;
using SyncFunctions.Engine;

namespace SyncFunctions.State;

public readonly record struct DueFlow(FlowKey Flow, DateTimeOffset DueAt, ETag ETag);

/// <summary>When each flow is to be polled next: an index over all tenants in 16 shards.</summary>
public sealed class DueStore(StateTables tables, IdSource ids)
{
    /// <summary>Sets the flow's next due time, whatever it was.</summary>
    public Task PutAsync(FlowKey flow, DateTimeOffset dueAt, CancellationToken cancellation) =>
        tables.Due.UpsertAsync(ToRow(flow, dueAt), cancellation);

    /// <summary>When the flow is polled next; null where it is not polled.</summary>
    public async Task<DateTimeOffset?> GetAsync(FlowKey flow, CancellationToken cancellation) =>
        (await tables.Due.GetAsync(Keys.DueShard(flow), Keys.Flow(flow), cancellation))?.Time("DueAt");

    /// <summary>The flow is not polled any more.</summary>
    public Task RemoveAsync(FlowKey flow, CancellationToken cancellation) =>
        tables.Due.DeleteAsync(Keys.DueShard(flow), Keys.Flow(flow), ETag.All, cancellation);

    public async Task<IReadOnlyList<DueFlow>> ListDueAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        var (from, to) = (Keys.DueShardRange.From, Keys.DueShardRange.To);
        var filter = Filter.Where($"PartitionKey ge {from} and PartitionKey lt {to} and DueAt le {now}");
        return
        [
            .. (await tables.Due.ListAsync(filter, int.MaxValue, cancellation)).Select(row => new DueFlow(
                new FlowKey(new TenantId(row.Text("Tenant")), new FlowId(row.Text("Flow"))), row.Time("DueAt"), row.ETag)),
        ];
    }

    /// <summary>Claims a due flow by moving it on.</summary>
    /// <returns>False where another worker claimed it.</returns>
    public async Task<bool> MoveAsync(FlowKey flow, ETag expected, DateTimeOffset next, CancellationToken cancellation) =>
        await tables.Due.ReplaceAsync(ToRow(flow, next), expected, cancellation) is not null;

    // Two workers move a flow to the same time: the stamp tells whose write it was when an answer was lost.
    private TableEntity ToRow(FlowKey flow, DateTimeOffset dueAt) => Row.New(Keys.DueShard(flow), Keys.Flow(flow))
        .Put("Tenant", flow.Tenant.Value)
        .Put("Flow", flow.Flow.Value)
        .Put("DueAt", dueAt)
        .Put("Stamp", ids.NewStamp());
}
