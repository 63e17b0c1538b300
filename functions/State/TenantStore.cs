using Azure.Data.Tables;
using SyncFunctions.Engine;

namespace SyncFunctions.State;

/// <summary>A customer organisation.</summary>
public sealed record Tenant(TenantId Id, string Name, DateTimeOffset CreatedAt)
{
    /// <summary>Other systems may post records to the tenant's flows, as far as each flow has a key for that.</summary>
    public bool RecordsApi { get; init; }
}

public sealed class TenantStore(StateTables tables)
{
    /// <returns>False where the tenant exists.</returns>
    public async Task<bool> InsertAsync(Tenant tenant, CancellationToken cancellation) =>
        await tables.Tenants.InsertAsync(ToRow(tenant), cancellation) is not null;

    public async Task<Tenant?> GetAsync(TenantId tenant, CancellationToken cancellation) =>
        await tables.Tenants.GetAsync(Keys.TenantList, Keys.Tenant(tenant), cancellation) is { } row ? FromRow(row) : null;

    /// <summary>Changes the tenant as it is stored, again where somebody else was faster.</summary>
    /// <returns>The tenant, or null where there is none.</returns>
    public async Task<Tenant?> ChangeAsync(TenantId tenant, Func<Tenant, Tenant> change, CancellationToken cancellation)
    {
        while (await tables.Tenants.GetAsync(Keys.TenantList, Keys.Tenant(tenant), cancellation) is { } row)
        {
            var (before, changed) = (FromRow(row), change(FromRow(row)));
            if (changed == before || await tables.Tenants.ReplaceAsync(ToRow(changed), row.ETag, cancellation) is not null) return changed;
        }

        return null;
    }

    /// <summary>Of what is stored of it nothing is taken away; see <see cref="TenantHoldings"/>.</summary>
    public Task RemoveAsync(TenantId tenant, CancellationToken cancellation) => tables.Tenants.DeleteAsync(Keys.TenantList, Keys.Tenant(tenant), Azure.ETag.All, cancellation);

    public async Task<IReadOnlyList<Tenant>> ListAsync(CancellationToken cancellation) =>
        [.. (await tables.Tenants.ListAsync(Filter.Partition(Keys.TenantList), int.MaxValue, cancellation)).Select(FromRow)];

    private static TableEntity ToRow(Tenant tenant) => Row.New(Keys.TenantList, Keys.Tenant(tenant.Id))
        .Put("Id", tenant.Id.Value)
        .Put("Name", tenant.Name)
        .Put("RecordsApi", (bool?)tenant.RecordsApi)
        .Put("CreatedAt", tenant.CreatedAt);

    private static Tenant FromRow(TableEntity row) => new(new TenantId(row.Text("Id")), row.Text("Name"), row.Time("CreatedAt")) { RecordsApi = row.GetBoolean("RecordsApi") ?? false };
}
