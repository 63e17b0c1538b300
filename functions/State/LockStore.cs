using Azure.Data.Tables;
using SyncFunctions.Engine;

namespace SyncFunctions.State;

/// <summary>A flow wrote this record: for other flows that share the account, it was changed last on this side until then.</summary>
public sealed record SharedLock(string VendorKind, string RecordId, FlowId Flow, DateTimeOffset Until);

/// <summary>Loop locks by connection and record, for flows that share an account.</summary>
public sealed class LockStore(StateTables tables)
{
    private const int MaxActions = 100;

    /// <summary>The last writer of a record is the one that counts.</summary>
    public async Task PutAsync(TenantId tenant, ConnectionId connection, IReadOnlyList<SharedLock> locks, CancellationToken cancellation)
    {
        var rows = locks.Select(held => ToRow(tenant, connection, held)).GroupBy(row => row.RowKey).Select(same => new TableTransactionAction(TableTransactionActionType.UpsertReplace, same.Last()));
        foreach (var transaction in rows.Chunk(MaxActions)) await tables.Locks.SubmitAsync(transaction, cancellation);
    }

    /// <summary>By record id; a record that no flow wrote lately is not in the answer.</summary>
    public async Task<IReadOnlyDictionary<string, SharedLock>> FindAsync(
        TenantId tenant, ConnectionId connection, string vendorKind, IReadOnlyCollection<string> recordIds, CancellationToken cancellation)
    {
        var rows = await tables.Locks.FindAsync(Keys.Connection(tenant, connection), recordIds.Select(id => Keys.Lock(vendorKind, id)), cancellation);
        return rows.Select(FromRow).ToDictionary(held => held.RecordId);
    }

    public Task RemoveAsync(TenantId tenant, ConnectionId connection, string vendorKind, string recordId, CancellationToken cancellation) =>
        tables.Locks.DeleteAsync(Keys.Connection(tenant, connection), Keys.Lock(vendorKind, recordId), Azure.ETag.All, cancellation);

    private static TableEntity ToRow(TenantId tenant, ConnectionId connection, SharedLock held) => Row.New(Keys.Connection(tenant, connection), Keys.Lock(held.VendorKind, held.RecordId))
        .Put("Kind", held.VendorKind)
        .PutId("Record", held.RecordId)
        .Put("Flow", held.Flow.Value)
        .Put("Until", held.Until);

    private static SharedLock FromRow(TableEntity row) => new(row.Text("Kind"), row.Id("Record"), new FlowId(row.Text("Flow")), row.Time("Until"));
}
