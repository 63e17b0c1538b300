using Azure.Data.Tables;
using SyncFunctions.Engine;

namespace SyncFunctions.State;

/// <summary>A tenant that is being taken away, or was. Of one that was, not even the id is kept: whoever knows it can ask.</summary>
/// <param name="Step">What is being done, for people.</param>
/// <param name="Removed">Rows and blobs so far.</param>
public sealed record Erasure(TenantId? Tenant, DateTimeOffset RequestedAt, string Step, int Removed)
{
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>How often nothing was found any more: what was under way when it began may still have written something.</summary>
    public int QuietPasses { get; init; }
}

public sealed class ErasureStore(StateTables tables)
{
    /// <summary>Begins, again where one had ended before.</summary>
    public async Task BeginAsync(TenantId tenant, DateTimeOffset now, CancellationToken cancellation)
    {
        var erasure = new Erasure(tenant, now, "Begun.", 0);
        while (true)
        {
            var (inserted, existing) = await tables.Tenants.InsertOrReadAsync(ToRow(tenant, erasure), cancellation);
            if (inserted is not null || existing?.TimeOrNull("EndedAt") is null && existing is not null) return;
            if (existing is not null && await tables.Tenants.ReplaceAsync(ToRow(tenant, erasure), existing.ETag, cancellation) is not null) return;
        }
    }

    public async Task<Versioned<Erasure>?> GetAsync(TenantId tenant, CancellationToken cancellation) =>
        (await tables.Tenants.GetAsync(Keys.ErasedList, Keys.OfSecret(tenant.Value), cancellation))?.As(FromRow);

    public async Task<IReadOnlyList<Erasure>> ListAsync(CancellationToken cancellation) =>
        [.. (await tables.Tenants.ListAsync(Filter.Partition(Keys.ErasedList), int.MaxValue, cancellation)).Select(FromRow)];

    /// <returns>Null where somebody else was faster.</returns>
    public async Task<Versioned<Erasure>?> ReplaceAsync(TenantId tenant, Versioned<Erasure> erasure, CancellationToken cancellation) =>
        await tables.Tenants.ReplaceAsync(ToRow(tenant, erasure.Value), erasure.ETag, cancellation) is { } version ? erasure with { ETag = version } : null;

    private static TableEntity ToRow(TenantId tenant, Erasure erasure) => Row.New(Keys.ErasedList, Keys.OfSecret(tenant.Value))
        .Put("Tenant", erasure.EndedAt is null ? tenant.Value : null)
        .Put("RequestedAt", erasure.RequestedAt)
        .Put("Step", erasure.Step)
        .Put("Removed", (int?)erasure.Removed)
        .Put("QuietPasses", (int?)erasure.QuietPasses)
        .Put("EndedAt", erasure.EndedAt);

    private static Erasure FromRow(TableEntity row) =>
        new(row.GetString("Tenant") is { } tenant ? new TenantId(tenant) : null, row.Time("RequestedAt"), row.Text("Step"), row.Number("Removed"))
        {
            EndedAt = row.TimeOrNull("EndedAt"),
            QuietPasses = row.Number("QuietPasses"),
        };
}
