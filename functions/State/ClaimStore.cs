using Azure;
using Azure.Data.Tables;
using SyncFunctions.Engine;

namespace SyncFunctions.State;

/// <summary>Something that is done once, however often it is asked for: by whoever has claimed it.</summary>
/// <param name="Name">What is claimed; see <see cref="RecordCall"/>, <see cref="Request"/> and <see cref="NewRecord"/>.</param>
/// <param name="Mark">Belongs to the claim from its first taker on: a later one has to bring the same, or takes it over with the work.</param>
/// <param name="BusyUntil">Whoever is at it has come to an end by then, or has died.</param>
/// <param name="ExpiresAt">Nobody asks for it again after that.</param>
public sealed record Claim(FlowKey Flow, string Name, string Mark, DateTimeOffset BusyUntil, DateTimeOffset ExpiresAt)
{
    /// <summary>What came of it; null while it is being done.</summary>
    public string? Result { get; init; }

    /// <summary>A request of a caller who names it by a key of their own.</summary>
    public static string RecordCall(string idempotencyKey) => $"call|{Keys.OfSecret(idempotencyKey)}";

    /// <summary>Where requests to manage are claimed: of a tenant, or of none. No flow has such an id.</summary>
    public static FlowKey RequestsOf(TenantId? tenant) => new(tenant ?? new TenantId("-"), new FlowId("-"));

    /// <summary>A request to manage, which its caller names by a key of their own.</summary>
    public static string Request(string caller, string path, string idempotencyKey) => $"ask|{Keys.OfSecret($"{caller}\n{path}\n{idempotencyKey}")}";

    /// <summary>A record of a kind that is looked for on a side by this match key, and made where it is not there.</summary>
    public static string NewRecord(string kind, Side side, string matchKey) => $"new|{Keys.Part(kind)}|{side}|{Keys.OfSecret(matchKey)}";
}

public sealed class ClaimStore(StateTables tables, TimeProvider time)
{
    /// <summary>Takes what nobody has, what has expired, and what its taker has left undone.</summary>
    /// <param name="wanted">Without a result.</param>
    /// <param name="cancellation">The caller's.</param>
    /// <returns>The claim with its version, which is the taker's; or somebody else's, whose version is of no use.</returns>
    public async Task<(Versioned<Claim> Claim, bool IsMine)> TakeAsync(Claim wanted, CancellationToken cancellation)
    {
        while (true)
        {
            var (inserted, existing) = await tables.Claims.InsertOrReadAsync(ToRow(wanted), cancellation);
            if (inserted is { } version) return (new Versioned<Claim>(wanted, version), true);
            if (existing is null) continue;

            var found = existing.As(row => FromRow(wanted.Flow, wanted.Name, row));
            var now = time.GetUtcNow();
            var hasExpired = found.Value.ExpiresAt <= now;
            if (!hasExpired && (found.Value.Result is not null || found.Value.BusyUntil > now)) return (found, false);
            var taken = hasExpired ? wanted : wanted with { Mark = found.Value.Mark };
            if (await tables.Claims.ReplaceAsync(ToRow(taken), found.ETag, cancellation) is { } replaced) return (new Versioned<Claim>(taken, replaced), true);
        }
    }

    /// <returns>False where somebody took it over meanwhile.</returns>
    public async Task<bool> FinishAsync(Versioned<Claim> claim, string result, CancellationToken cancellation) =>
        await tables.Claims.ReplaceAsync(ToRow(claim.Value with { Result = result }), claim.ETag, cancellation) is not null;

    /// <summary>Nothing came of it: whoever asks next does it.</summary>
    public Task ReleaseAsync(Versioned<Claim> claim, CancellationToken cancellation) =>
        tables.Claims.DeleteAsync(Keys.Flow(claim.Value.Flow), claim.Value.Name, claim.ETag, cancellation);

    public async Task RemoveExpiredAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await foreach (var row in tables.Claims.QueryAsync(Filter.Where($"ExpiresAt lt {now}"), null, cancellation)) await tables.Claims.DeleteAsync(row.PartitionKey, row.RowKey, row.ETag, cancellation);
    }

    private static TableEntity ToRow(Claim claim) => Row.New(Keys.Flow(claim.Flow), claim.Name)
        .Put("Mark", claim.Mark)
        .Put("BusyUntil", claim.BusyUntil)
        .Put("ExpiresAt", claim.ExpiresAt)
        .PutJson("Result", claim.Result);

    private static Claim FromRow(FlowKey flow, string name, TableEntity row) =>
        new(flow, name, row.Text("Mark"), row.Time("BusyUntil"), row.Time("ExpiresAt")) { Result = row.JsonOrNull<string>("Result") };
}
