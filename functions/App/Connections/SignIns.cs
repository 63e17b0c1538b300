using Microsoft.Extensions.Logging;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Connections;

/// <summary>What came of credentials that somebody brought.</summary>
public abstract record SignInOutcome
{
    private SignInOutcome()
    {
    }

    public sealed record Connected(StoredConnection Connection) : SignInOutcome;

    /// <summary>The vendor does not take them, or cannot be asked now.</summary>
    public sealed record Refused(VendorFailure Failure) : SignInOutcome;

    /// <summary>They work, but the person lacks a right that the sync needs.</summary>
    public sealed record RightMissing(string Right) : SignInOutcome;

    /// <summary>They are of another account than the one that this connection stands for.</summary>
    public sealed record OtherAccount(string Expected, string Found) : SignInOutcome;
}

/// <summary>Checks credentials with their vendor, and keeps those that are good.</summary>
public sealed partial class SignIns(
    ConnectionStore connections, ConnectionScopes scopes, Systems systems, SealedCredentials vault, LookupStore lookups, TimeProvider time, ILogger<SignIns> log)
{
    /// <summary>Of telling a vendor: a person waits for it.</summary>
    private static readonly TimeSpan RevokeTime = TimeSpan.FromSeconds(20);

    /// <summary>Checks without storing anything: the connection as it would be.</summary>
    public async Task<SignInOutcome> CheckAsync(StoredConnection connection, Credentials credentials, CancellationToken cancellation) =>
        await CheckAsync(connection, scopes.Trying(connection, credentials), credentials, cancellation);

    /// <summary>Checks, and stores what is good. A connection that works keeps working when other credentials are refused.</summary>
    public async Task<SignInOutcome> ConnectAsync(StoredConnection connection, Credentials credentials, CancellationToken cancellation)
    {
        var result = await CheckAsync(connection, credentials, cancellation);
        if (result is SignInOutcome.RightMissing missing)
        {
            var detail = MissingRightDetail(systems[connection.System].Catalog, missing.Right);
            await ChangeAsync(connection, stored => stored.Health == ConnectionHealth.Connected ? stored : stored with { HealthDetail = detail }, cancellation);
            return result;
        }

        if (result is not SignInOutcome.Connected good) return result;

        // An account that another sign-in has bound in the meantime is not replaced either.
        var saved = await ChangeAsync(
            connection,
            stored => stored.AccountId is not null && stored.AccountId != good.Connection.AccountId ? stored : Bound(stored, good.Connection),
            cancellation);
        if (saved.AccountId != good.Connection.AccountId) return new SignInOutcome.OtherAccount(NameOf(saved), NameOf(good.Connection));
        await NoteAsync(saved, cancellation);
        return new SignInOutcome.Connected(saved);
    }

    /// <summary>Whether the stored credentials still stand for the same account under changed settings.</summary>
    public async Task<SignInOutcome> RecheckAsync(StoredConnection changed, CancellationToken cancellation) =>
        vault.Open(changed) is { } credentials
            ? await CheckAsync(changed, scopes.Of(changed), credentials, cancellation)
            : new SignInOutcome.Connected(changed);

    /// <summary>
    /// Forgets the credentials, which the vendor is told to end where it can be told; whether it was or not, they are used no more. What still
    /// flows between the two stands until somebody signs in again.
    /// </summary>
    public async Task<StoredConnection> DisconnectAsync(StoredConnection connection, CancellationToken cancellation)
    {
        var name = systems[connection.System].Catalog.DisplayName;
        var detail = await RevokeAsync(connection, cancellation) switch
        {
            null => $"{name} was disconnected.",
            { Failure: { } failure } => $"{name} was disconnected, but could not be told to end the access: {failure.Message} End it there, too.",
            { Value: true } => $"{name} was disconnected, and has ended the access.",
            _ => $"{name} was disconnected. It cannot be told to end the access: end it there, too.",
        };
        return await ChangeAsync(connection, stored => stored with { Secret = null, Health = ConnectionHealth.Disconnected, HealthDetail = detail, RenewingUntil = null }, cancellation);
    }

    private async Task<VendorResult<bool>?> RevokeAsync(StoredConnection connection, CancellationToken cancellation)
    {
        if (vault.Open(connection) is not { } credentials) return null;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(RevokeTime);
        VendorResult<bool> revoked;
        try
        {
            revoked = await systems[connection.System].RevokeAsync(scopes.Trying(connection, credentials), credentials, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            revoked = new VendorFailure(FailureKind.Transient, $"{systems[connection.System].Catalog.DisplayName} took too long.");
        }

        if (revoked.Failure is { } failure) Log.NotRevoked(log, connection.System, connection.Tenant, connection.Id, failure.Kind);
        return revoked;
    }

    /// <summary>Tells the operator of an account that more than one tenant has connected.</summary>
    public async Task NoteAsync(StoredConnection connection, CancellationToken cancellation)
    {
        if (connection.AccountId is not { } account) return;
        var holder = await lookups.ClaimAccountAsync(connection.System, account, new AccountHolder(connection.Tenant, connection.Id), cancellation);
        if (holder.Tenant != connection.Tenant) Log.SharedAccount(log, connection.System, connection.Tenant, connection.Id, holder.Tenant, holder.Connection);
    }

    public static string MissingRightDetail(SystemCatalog catalog, string right) => $"{catalog.DisplayName} refuses a right that is needed: {right}";

    private async Task<SignInOutcome> CheckAsync(StoredConnection connection, ConnectionScope scope, Credentials credentials, CancellationToken cancellation)
    {
        var identified = await systems[connection.System].IdentifyAsync(scope, cancellation);
        if (!identified.TryGet(out var account, out var failure)) return new SignInOutcome.Refused(failure);
        if (account.MissingRight is { } right) return new SignInOutcome.RightMissing(right);
        if (connection.AccountId is { } expected && expected != account.Id)
            return new SignInOutcome.OtherAccount(NameOf(connection), account.Name.Length > 0 ? account.Name : account.Id);
        return new SignInOutcome.Connected(connection with
        {
            Secret = vault.Seal(connection, credentials),
            AccountId = account.Id,
            AccountName = account.Name,
            UserId = account.UserId,
            UserName = account.UserName,
            UserEmail = account.UserEmail,
            Health = ConnectionHealth.Connected,
            HealthDetail = null,
            RenewingUntil = null,
            ConnectedAt = time.GetUtcNow(),
        });
    }

    private async Task<StoredConnection> ChangeAsync(StoredConnection connection, Func<StoredConnection, StoredConnection> change, CancellationToken cancellation)
    {
        while (true)
        {
            var stored = await connections.GetAsync(connection.Tenant, connection.Id, cancellation)
                ?? throw new InvalidOperationException($"Connection {connection.Tenant}/{connection.Id} vanished while somebody signed in.");
            if (await connections.ReplaceAsync(stored with { Value = change(stored.Value) }, cancellation) is { } saved) return saved.Value;
        }
    }

    private static StoredConnection Bound(StoredConnection stored, StoredConnection good) => stored with
    {
        Secret = good.Secret,
        AccountId = good.AccountId,
        AccountName = good.AccountName,
        UserId = good.UserId,
        UserName = good.UserName,
        UserEmail = good.UserEmail,
        Health = good.Health,
        HealthDetail = null,
        RenewingUntil = null,
        ConnectedAt = good.ConnectedAt,
    };

    private static string NameOf(StoredConnection connection) => connection.AccountName is { Length: > 0 } name ? name : connection.AccountId ?? "";

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "{System} could not be told to end the access of connection {Tenant}/{Connection}: {Kind}.")]
        public static partial void NotRevoked(ILogger log, string system, TenantId tenant, ConnectionId connection, FailureKind kind);

        [LoggerMessage(LogLevel.Warning, "The {System} account of connection {Tenant}/{Connection} is bound to another tenant too: {OtherTenant}/{OtherConnection}.")]
        public static partial void SharedAccount(
            ILogger log, string system, TenantId tenant, ConnectionId connection, TenantId otherTenant, ConnectionId otherConnection);
    }
}
