using Azure;
using Azure.Data.Tables;
using SyncFunctions.Engine;

namespace SyncFunctions.State;

/// <summary>A sign-in at a vendor that has been started.</summary>
/// <param name="CodeVerifierSealed">PKCE, sealed for the connection by <see cref="SecretBox"/>.</param>
/// <param name="BrowserBindingHash">Of the cookie of the browser that started it: another one may not finish it.</param>
public sealed record PendingOAuth(
    TenantId Tenant, ConnectionId Connection, string System, string RedirectUri, byte[]? CodeVerifierSealed, string BrowserBindingHash, DateTimeOffset ExpiresAt);

/// <summary>A link by which somebody without an account here may connect one connection.</summary>
public sealed record Invitation(TenantId Tenant, ConnectionId Connection, DateTimeOffset ExpiresAt);

/// <summary>The connection that a vendor's webhooks are for.</summary>
public sealed record HookTarget(TenantId Tenant, ConnectionId Connection);

/// <summary>The connection that an account of a system was bound to first.</summary>
public sealed record AccountHolder(TenantId Tenant, ConnectionId Connection);

/// <summary>What is looked up without knowing the tenant: by the SHA-256 of a secret, never by the secret.</summary>
public sealed class LookupStore(StateTables tables, TimeProvider time)
{
    private const string OAuth = "oauth";
    private const string Invite = "invite";
    private const string Hook = "hook";
    private const string Account = "account";

    /// <returns>False where the state was used before.</returns>
    public Task<bool> PutPendingAsync(string state, PendingOAuth pending, CancellationToken cancellation) =>
        InsertAsync(NewRow(OAuth, state, pending.Tenant, pending.Connection)
            .Put("System", pending.System)
            .Put("RedirectUri", pending.RedirectUri)
            .PutBytes("CodeVerifier", pending.CodeVerifierSealed)
            .Put("BrowserBindingHash", pending.BrowserBindingHash)
            .Put("ExpiresAt", pending.ExpiresAt), cancellation);

    /// <summary>Uses up the state.</summary>
    /// <returns>Null where it is unknown, used or expired.</returns>
    public async Task<PendingOAuth?> TakePendingAsync(string state, CancellationToken cancellation) =>
        await TakeAsync(OAuth, state, cancellation) is { } row
            ? new PendingOAuth(
                TenantOf(row), ConnectionOf(row), row.Text("System"), row.Text("RedirectUri"), row.Bytes("CodeVerifier"), row.Text("BrowserBindingHash"), row.Time("ExpiresAt"))
            : null;

    /// <returns>False where the code was used before.</returns>
    public Task<bool> PutInvitationAsync(string code, Invitation invitation, CancellationToken cancellation) =>
        InsertAsync(NewRow(Invite, code, invitation.Tenant, invitation.Connection).Put("ExpiresAt", invitation.ExpiresAt), cancellation);

    /// <summary>Looks at an invitation without using it up: a mail program's preview must not spend it.</summary>
    public async Task<Invitation?> FindInvitationAsync(string code, CancellationToken cancellation) =>
        await FindAsync(Invite, code, cancellation) is { } row && !IsExpired(row) ? ToInvitation(row) : null;

    /// <summary>Uses up the invitation.</summary>
    /// <returns>Null where it is unknown, used or expired.</returns>
    public async Task<Invitation?> TakeInvitationAsync(string code, CancellationToken cancellation) =>
        await TakeAsync(Invite, code, cancellation) is { } row ? ToInvitation(row) : null;

    /// <returns>False where the hook id is taken.</returns>
    public Task<bool> PutHookAsync(string hookId, HookTarget target, CancellationToken cancellation) =>
        InsertAsync(NewRow(Hook, hookId, target.Tenant, target.Connection), cancellation);

    public async Task<HookTarget?> FindHookAsync(string hookId, CancellationToken cancellation) =>
        await FindAsync(Hook, hookId, cancellation) is { } row ? new HookTarget(TenantOf(row), ConnectionOf(row)) : null;

    public Task RemoveHookAsync(string hookId, CancellationToken cancellation) =>
        tables.Lookups.DeleteAsync(Keys.Lookup(Hook, hookId), Keys.LookupRow, ETag.All, cancellation);

    /// <summary>Remembers which connection an account of a system was bound to first.</summary>
    /// <returns>That connection: the given one, or an older one.</returns>
    public async Task<AccountHolder> ClaimAccountAsync(string system, string account, AccountHolder holder, CancellationToken cancellation)
    {
        var name = $"{system}|{account}";
        while (true)
        {
            if (await InsertAsync(NewRow(Account, name, holder.Tenant, holder.Connection), cancellation)) return holder;
            if (await FindAsync(Account, name, cancellation) is { } row) return new AccountHolder(TenantOf(row), ConnectionOf(row));
        }
    }

    /// <summary>Removes what nobody took in time.</summary>
    public async Task RemoveExpiredAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await foreach (var row in tables.Lookups.QueryAsync(Filter.Where($"ExpiresAt lt {now}"), null, cancellation))
            await tables.Lookups.DeleteAsync(row.PartitionKey, row.RowKey, row.ETag, cancellation);
    }

    private static TableEntity NewRow(string purpose, string secret, TenantId tenant, ConnectionId connection) =>
        Row.New(Keys.Lookup(purpose, secret), Keys.LookupRow).Put("Tenant", tenant.Value).Put("Connection", connection.Value);

    private async Task<bool> InsertAsync(TableEntity row, CancellationToken cancellation) =>
        await tables.Lookups.InsertAsync(row, cancellation) is not null;

    private Task<TableEntity?> FindAsync(string purpose, string secret, CancellationToken cancellation) =>
        tables.Lookups.GetAsync(Keys.Lookup(purpose, secret), Keys.LookupRow, cancellation);

    // Whoever deletes the row has it; everybody else finds nothing.
    private async Task<TableEntity?> TakeAsync(string purpose, string secret, CancellationToken cancellation) =>
        await FindAsync(purpose, secret, cancellation) is { } row &&
        await tables.Lookups.DeleteAsync(row.PartitionKey, row.RowKey, row.ETag, cancellation) &&
        !IsExpired(row)
            ? row
            : null;

    private bool IsExpired(TableEntity row) => row.Time("ExpiresAt") <= time.GetUtcNow();

    private static Invitation ToInvitation(TableEntity row) => new(TenantOf(row), ConnectionOf(row), row.Time("ExpiresAt"));

    private static TenantId TenantOf(TableEntity row) => new(row.Text("Tenant"));

    private static ConnectionId ConnectionOf(TableEntity row) => new(row.Text("Connection"));
}
