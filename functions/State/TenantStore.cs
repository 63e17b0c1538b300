using Azure.Data.Tables;
using SyncFunctions.Engine;

namespace SyncFunctions.State;

/// <summary>A customer organisation.</summary>
public sealed record Tenant(TenantId Id, string Name, DateTimeOffset CreatedAt);

public sealed class TenantStore(StateTables tables)
{
    /// <returns>False where the tenant exists.</returns>
    public async Task<bool> InsertAsync(Tenant tenant, CancellationToken cancellation) =>
        await tables.Tenants.InsertAsync(ToRow(tenant), cancellation) is not null;

    public async Task<Tenant?> GetAsync(TenantId tenant, CancellationToken cancellation) =>
        await tables.Tenants.GetAsync(Keys.TenantList, Keys.Tenant(tenant), cancellation) is { } row ? FromRow(row) : null;

    public async Task<IReadOnlyList<Tenant>> ListAsync(CancellationToken cancellation) =>
        [.. (await tables.Tenants.ListAsync(Filter.Partition(Keys.TenantList), int.MaxValue, cancellation)).Select(FromRow)];

    private static TableEntity ToRow(Tenant tenant) => Row.New(Keys.TenantList, Keys.Tenant(tenant.Id))
        .Put("Id", tenant.Id.Value)
        .Put("Name", tenant.Name)
        .Put("CreatedAt", tenant.CreatedAt);

    private static Tenant FromRow(TableEntity row) => new(new TenantId(row.Text("Id")), row.Text("Name"), row.Time("CreatedAt"));
}
