using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Azure.Data.Tables;
using SyncFunctions.Engine;

namespace SyncFunctions.State;

[JsonConverter(typeof(JsonStringEnumConverter<ConnectionHealth>))]
public enum ConnectionHealth
{
    /// <summary>Nobody has signed in yet.</summary>
    Pending,
    Connected,

    /// <summary>The vendor no longer takes the credentials; a person has to connect again.</summary>
    Expired,
    Disconnected,
}

/// <summary>A tenant's authorised account in a system, as it is stored.</summary>
public sealed record StoredConnection(TenantId Tenant, ConnectionId Id, string System, string Name)
{
    /// <summary>Base addresses, organisation and the like, over the system's defaults. No secrets.</summary>
    public ImmutableDictionary<string, string> Settings { get; init; } = ImmutableDictionary<string, string>.Empty;

    public ConnectionHealth Health { get; init; }

    /// <summary>For a person: why it is not connected.</summary>
    public string? HealthDetail { get; init; }

    public string? AccountId { get; init; }

    public string? AccountName { get; init; }

    public string? UserId { get; init; }

    public string? UserName { get; init; }

    public string? UserEmail { get; init; }

    /// <summary>What <see cref="SecretBox"/> sealed.</summary>
    public byte[]? Secret { get; init; }

    /// <summary>Until then one worker renews the credentials, and the others wait for what it stores.</summary>
    public DateTimeOffset? RenewingUntil { get; init; }

    /// <summary>Where the vendor's webhooks come to; null where there is no such address.</summary>
    public ConnectionHook? Hook { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ConnectedAt { get; init; }
}

/// <summary>An address that a vendor's webhooks come to.</summary>
/// <param name="IdHash">Of the random id in it.</param>
/// <param name="Secret">What the vendor signs with, sealed by <see cref="SecretBox"/>; null where it has no secret with us.</param>
public sealed record ConnectionHook(string IdHash, byte[]? Secret, DateTimeOffset CreatedAt)
{
    /// <summary>The secret before this one, sealed: what was signed with it may still come.</summary>
    public byte[]? ReplacedSecret { get; init; }

    public DateTimeOffset? ReplacedUntil { get; init; }

    /// <summary>Null where a person told the vendor of the address.</summary>
    public HookRegistration? Registration { get; init; }
}

/// <summary>What a vendor was told of a hook by the app itself.</summary>
/// <param name="HookId">The random id, sealed by <see cref="SecretBox"/>: the address has to be known again.</param>
public sealed record HookRegistration(byte[] HookId)
{
    /// <summary>The address of the app that the vendor was told; null where it was told none.</summary>
    public Uri? Root { get; init; }

    /// <summary>The vendor's ids of what was registered.</summary>
    public ImmutableArray<string> Ids { get; init; } = [];

    /// <summary>What was registered under an earlier address and could not be taken away.</summary>
    public ImmutableArray<string> LeftBehind { get; init; } = [];

    /// <summary>For people: why the vendor does not call, or may not.</summary>
    public string? Problem { get; init; }

    /// <summary>Until then somebody is talking to the vendor about it, and nobody else does.</summary>
    public DateTimeOffset? BusyUntil { get; init; }
}

public sealed class ConnectionStore(StateTables tables)
{
    /// <returns>False where the connection exists.</returns>
    public async Task<bool> InsertAsync(StoredConnection connection, CancellationToken cancellation) =>
        await tables.Connections.InsertAsync(ToRow(connection), cancellation) is not null;

    public async Task<Versioned<StoredConnection>?> GetAsync(TenantId tenant, ConnectionId connection, CancellationToken cancellation) =>
        (await tables.Connections.GetAsync(Keys.Tenant(tenant), Keys.Connection(connection), cancellation))?.As(FromRow);

    public async Task<IReadOnlyList<Versioned<StoredConnection>>> ListAsync(TenantId tenant, CancellationToken cancellation) =>
        [.. (await tables.Connections.ListAsync(Filter.Partition(Keys.Tenant(tenant)), int.MaxValue, cancellation)).Select(row => row.As(FromRow))];

    /// <summary>Those of all tenants, in one query.</summary>
    public async Task<IReadOnlyList<Versioned<StoredConnection>>> ListEveryAsync(CancellationToken cancellation) =>
        [.. (await tables.Connections.ListAsync(Filter.Where($"PartitionKey ge {""}"), int.MaxValue, cancellation)).Select(row => row.As(FromRow))];

    /// <summary>Those of the connections that exist, in one operation.</summary>
    public async Task<IReadOnlyList<Versioned<StoredConnection>>> GetAllAsync(TenantId tenant, IReadOnlyCollection<ConnectionId> connections, CancellationToken cancellation)
    {
        var filter = Filter.And(Filter.Partition(Keys.Tenant(tenant)), Filter.Or(connections.Select(connection => Filter.Row(Keys.Connection(connection)))));
        return [.. (await tables.Connections.ListAsync(filter, int.MaxValue, cancellation)).Select(row => row.As(FromRow))];
    }

    /// <summary>The connections of all tenants that a person has to make again, in one query.</summary>
    public async Task<IReadOnlySet<(TenantId Tenant, ConnectionId Id)>> ListExpiredAsync(CancellationToken cancellation)
    {
        var expired = nameof(ConnectionHealth.Expired);
        var rows = await tables.Connections.ListAsync(Filter.Where($"Health eq {expired}"), int.MaxValue, cancellation, ["Tenant", "Id"]);
        return rows.Select(row => (new TenantId(row.Text("Tenant")), new ConnectionId(row.Text("Id")))).ToHashSet();
    }

    /// <returns>The stored connection with its new version, or null where somebody else replaced it.</returns>
    public async Task<Versioned<StoredConnection>?> ReplaceAsync(Versioned<StoredConnection> connection, CancellationToken cancellation) =>
        await tables.Connections.ReplaceAsync(ToRow(connection.Value), connection.ETag, cancellation) is { } version
            ? connection with { ETag = version }
            : null;

    private static TableEntity ToRow(StoredConnection connection) => Row.New(Keys.Tenant(connection.Tenant), Keys.Connection(connection.Id))
        .Put("Tenant", connection.Tenant.Value)
        .Put("Id", connection.Id.Value)
        .Put("System", connection.System)
        .Put("Name", connection.Name)
        .PutJson("Settings", connection.Settings)
        .Put<ConnectionHealth>("Health", connection.Health)
        .PutClipped("HealthDetail", connection.HealthDetail, 2000)
        .PutId("AccountId", connection.AccountId)
        .Put("AccountName", connection.AccountName)
        .PutId("UserId", connection.UserId)
        .Put("UserName", connection.UserName)
        .Put("UserEmail", connection.UserEmail)
        .PutBytes("Secret", connection.Secret)
        .Put("HookIdHash", connection.Hook?.IdHash)
        .PutBytes("HookSecret", connection.Hook?.Secret)
        .Put("HookCreatedAt", connection.Hook?.CreatedAt)
        .PutBytes("HookReplacedSecret", connection.Hook?.ReplacedSecret)
        .Put("HookReplacedUntil", connection.Hook?.ReplacedUntil)
        .PutJson("HookRegistration", connection.Hook?.Registration)
        .Put("CreatedAt", connection.CreatedAt)
        .Put("ConnectedAt", connection.ConnectedAt)
        .Put("RenewingUntil", connection.RenewingUntil);

    private static StoredConnection FromRow(TableEntity row) =>
        new(new TenantId(row.Text("Tenant")), new ConnectionId(row.Text("Id")), row.Text("System"), row.Text("Name"))
        {
            Settings = row.Json<ImmutableDictionary<string, string>>("Settings"),
            Health = row.Enum<ConnectionHealth>("Health"),
            HealthDetail = row.GetString("HealthDetail"),
            AccountId = row.IdOrNull("AccountId"),
            AccountName = row.GetString("AccountName"),
            UserId = row.IdOrNull("UserId"),
            UserName = row.GetString("UserName"),
            UserEmail = row.GetString("UserEmail"),
            Secret = row.Bytes("Secret"),
            Hook = row.GetString("HookIdHash") is { } hook
                ? new ConnectionHook(hook, row.Bytes("HookSecret"), row.Time("HookCreatedAt"))
                {
                    ReplacedSecret = row.Bytes("HookReplacedSecret"),
                    ReplacedUntil = row.TimeOrNull("HookReplacedUntil"),
                    Registration = row.JsonOrNull<HookRegistration>("HookRegistration"),
                }
                : null,
            CreatedAt = row.Time("CreatedAt"),
            ConnectedAt = row.TimeOrNull("ConnectedAt"),
            RenewingUntil = row.TimeOrNull("RenewingUntil"),
        };
}
