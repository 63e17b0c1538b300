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

/// <summary>A sign-in by the issuer that has been started.</summary>
/// <param name="BrowserBindingHash">Of the cookie of the browser that started it: another one may not finish it.</param>
/// <param name="ReturnTo">The page of the dashboard to which it leads.</param>
/// <param name="InvitationHash">Of the code of the invitation that is accepted by it; null where it is none.</param>
public sealed record PendingSignIn(string BrowserBindingHash, string RedirectUri, string ReturnTo, string? InvitationHash, DateTimeOffset ExpiresAt);

/// <summary>A link by which somebody chooses a password in place of one that was lost.</summary>
/// <param name="OfHash">The hash of that one's hash: once there is another password, the link is worth nothing.</param>
public sealed record LostPassword(PersonId Person, string OfHash, DateTimeOffset ExpiresAt);

/// <summary>The connection that a vendor's webhooks are for.</summary>
/// <param name="LastCalledAt">To about a minute; null where nothing ever came.</param>
public sealed record HookTarget(TenantId Tenant, ConnectionId Connection, DateTimeOffset? LastCalledAt = null);

/// <summary>The connection that an account of a system was bound to first.</summary>
public sealed record AccountHolder(TenantId Tenant, ConnectionId Connection);

/// <summary>What is looked up without knowing the tenant: by the SHA-256 of a secret, never by the secret.</summary>
public sealed class LookupStore(StateTables tables, TimeProvider time)
{
    private const string OAuth = "oauth";
    private const string SignIn = "signin";
    private const string Invite = "invite";
    private const string Lost = "lost";
    private const string Hook = "hook";
    private const string Account = "account";
    private const string FlowKeyOf = "flowkey";

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

    /// <returns>False where the state was used before.</returns>
    public Task<bool> PutPendingSignInAsync(string state, PendingSignIn pending, CancellationToken cancellation) =>
        InsertAsync(Row.New(Keys.Lookup(SignIn, state), Keys.LookupRow)
            .Put("BrowserBindingHash", pending.BrowserBindingHash)
            .Put("RedirectUri", pending.RedirectUri)
            .Put("ReturnTo", pending.ReturnTo)
            .Put("InvitationHash", pending.InvitationHash)
            .Put("ExpiresAt", pending.ExpiresAt), cancellation);

    /// <summary>Uses up the state.</summary>
    /// <returns>Null where it is unknown, used or expired.</returns>
    public async Task<PendingSignIn?> TakePendingSignInAsync(string state, CancellationToken cancellation) =>
        await TakeAsync(SignIn, state, cancellation) is { } row
            ? new PendingSignIn(row.Text("BrowserBindingHash"), row.Text("RedirectUri"), row.Text("ReturnTo"), row.GetString("InvitationHash"), row.Time("ExpiresAt"))
            : null;

    /// <returns>False where the code was used before.</returns>
    public Task<bool> PutLostPasswordAsync(string code, LostPassword lost, CancellationToken cancellation) =>
        InsertAsync(Row.New(Keys.Lookup(Lost, code), Keys.LookupRow).Put("Person", lost.Person.Value).Put("OfHash", lost.OfHash).Put("ExpiresAt", lost.ExpiresAt), cancellation);

    /// <summary>Uses up the code.</summary>
    /// <returns>Null where it is unknown, used or expired.</returns>
    public async Task<LostPassword?> TakeLostPasswordAsync(string code, CancellationToken cancellation) =>
        await TakeAsync(Lost, code, cancellation) is { } row ? new LostPassword(new PersonId(row.Text("Person")), row.Text("OfHash"), row.Time("ExpiresAt")) : null;

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

    /// <param name="idHash">Of the hook's id, as <see cref="Keys.OfSecret"/> makes it: the id itself is kept nowhere.</param>
    /// <returns>False where the hook id is taken.</returns>
    public Task<bool> PutHookAsync(string idHash, HookTarget target, CancellationToken cancellation) => InsertAsync(HookRow(idHash, target), cancellation);

    public async Task<Versioned<HookTarget>?> FindHookAsync(string idHash, CancellationToken cancellation) =>
        (await tables.Lookups.GetAsync(Keys.LookupOfHash(Hook, idHash), Keys.LookupRow, cancellation))?.As(row => new HookTarget(TenantOf(row), ConnectionOf(row), row.TimeOrNull("LastCalledAt")));

    /// <summary>Remembers when a hook was last called. Where somebody else does so at the same time, that is as good.</summary>
    public Task NoteHookCalledAsync(string idHash, Versioned<HookTarget> hook, DateTimeOffset at, CancellationToken cancellation) =>
        tables.Lookups.ReplaceAsync(HookRow(idHash, hook.Value with { LastCalledAt = at }), hook.ETag, cancellation);

    public Task RemoveHookAsync(string idHash, CancellationToken cancellation) =>
        tables.Lookups.DeleteAsync(Keys.LookupOfHash(Hook, idHash), Keys.LookupRow, ETag.All, cancellation);

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

    /// <summary>The flow to which records are posted by a key.</summary>
    /// <param name="keyHash">Of the key, as <see cref="Keys.OfSecret"/> makes it.</param>
    /// <param name="flow">The flow, whose own word decides whether it takes the key.</param>
    /// <param name="expiresAt">Of a key that another has taken the place of.</param>
    /// <param name="cancellation">The caller's.</param>
    public Task PutFlowKeyAsync(string keyHash, FlowKey flow, DateTimeOffset? expiresAt, CancellationToken cancellation) =>
        tables.Lookups.UpsertAsync(Row.New(Keys.LookupOfHash(FlowKeyOf, keyHash), Keys.LookupRow).Put("Tenant", flow.Tenant.Value).Put("Flow", flow.Flow.Value).Put("ExpiresAt", expiresAt), cancellation);

    public async Task<FlowKey?> FindFlowKeyAsync(string keyHash, CancellationToken cancellation) =>
        await tables.Lookups.GetAsync(Keys.LookupOfHash(FlowKeyOf, keyHash), Keys.LookupRow, cancellation) is { } row ? new FlowKey(TenantOf(row), new FlowId(row.Text("Flow"))) : null;

    public Task RemoveFlowKeyAsync(string keyHash, CancellationToken cancellation) =>
        tables.Lookups.DeleteAsync(Keys.LookupOfHash(FlowKeyOf, keyHash), Keys.LookupRow, ETag.All, cancellation);

    /// <summary>Removes what nobody took in time.</summary>
    public async Task RemoveExpiredAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await foreach (var row in tables.Lookups.QueryAsync(Filter.Where($"ExpiresAt lt {now}"), null, cancellation))
            await tables.Lookups.DeleteAsync(row.PartitionKey, row.RowKey, row.ETag, cancellation);
    }

    private static TableEntity HookRow(string idHash, HookTarget target) => Row.New(Keys.LookupOfHash(Hook, idHash), Keys.LookupRow)
        .Put("Tenant", target.Tenant.Value)
        .Put("Connection", target.Connection.Value)
        .Put("LastCalledAt", target.LastCalledAt);

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
