using SyncFunctions.App.Notices;
using SyncFunctions.Connectors;
using SyncFunctions.State;

namespace SyncFunctions.App.Connections;

/// <summary>
/// The credentials of a stored connection. Only one worker renews them at a time: with vendors that rotate, two refreshes look
/// like a replay and end the grant. New ones are saved before anybody uses them.
/// </summary>
internal sealed class StoredCredentials(
    StoredConnection connection, IConnector connector, ConnectionStore connections, SealedCredentials vault, NoticeOutbox notices, TimeProvider time) : ICredentialSource
{
    /// <summary>Whoever renews has this long; after that another may.</summary>
    internal static readonly TimeSpan Lease = TimeSpan.FromMinutes(2);

    /// <summary>Credentials are renewed before they end, so that a call under way does not outlive them.</summary>
    internal static readonly TimeSpan Early = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private StoredConnection _connection = connection;
    private Credentials? _credentials;

    /// <summary>What the refresh call is made with; set once, when the scope that these credentials are part of is made.</summary>
    public ConnectionScope? Scope { get; set; }

    public ValueTask<VendorResult<Credentials>> GetAsync(CancellationToken cancellation)
    {
        if (_credentials is null)
        {
            if (!Usable(_connection).TryGet(out var opened, out var failure)) return ValueTask.FromResult<VendorResult<Credentials>>(failure);
            _credentials = opened;
        }

        return _credentials is { RefreshToken: not null, ExpiresAt: { } end } && end - Early <= time.GetUtcNow()
            ? RenewAsync(_credentials, cancellation)
            : ValueTask.FromResult<VendorResult<Credentials>>(_credentials);
    }

    public async ValueTask<VendorResult<Credentials>> RenewAsync(Credentials refused, CancellationToken cancellation)
    {
        var giveUp = time.GetUtcNow() + LongestWait;
        while (true)
        {
            if (await connections.GetAsync(_connection.Tenant, _connection.Id, cancellation) is not { } stored)
                return new VendorFailure(FailureKind.AuthExpired, "The connection does not exist any more.");
            _connection = stored.Value;
            if (!Usable(stored.Value).TryGet(out var current, out var unusable)) return unusable;
            if (current.AccessToken != refused.AccessToken) return Use(current);

            var now = time.GetUtcNow();
            if (stored.Value.RenewingUntil is { } until && until > now)
            {
                if (now >= giveUp) return new VendorFailure(FailureKind.Transient, "The credentials are being renewed.", Until: until);
                await Task.Delay(Pause, time, cancellation);
                continue;
            }

            var claim = stored with { Value = stored.Value with { RenewingUntil = now + Lease } };
            if (await connections.ReplaceAsync(claim, cancellation) is { } claimed) return await RefreshAsync(claimed, current);
        }
    }

    /// <summary>Goes on whatever becomes of the caller: the old credentials may be spent by the call, so its outcome has to be stored.</summary>
    private async Task<VendorResult<Credentials>> RefreshAsync(Versioned<StoredConnection> claimed, Credentials old)
    {
        using var limit = new CancellationTokenSource(Lease - TimeSpan.FromSeconds(15), time);
        VendorResult<Credentials> result;
        try
        {
            result = await connector.RefreshAsync(Scope ?? throw new InvalidOperationException("The credentials are not part of a scope."), old, limit.Token);
        }
        catch (OperationCanceledException)
        {
            result = new VendorFailure(FailureKind.Transient, $"{connector.Catalog.DisplayName} took too long to renew the credentials.");
        }

        if (result.TryGet(out var renewed, out var failure)) return await SaveAsync(claimed, old, renewed);
        return failure.Kind == FailureKind.AuthExpired ? await ExpireAsync(claimed, old, failure) : await ReleaseAsync(claimed, failure);
    }

    private async Task<VendorResult<Credentials>> SaveAsync(Versioned<StoredConnection> claimed, Credentials old, Credentials renewed)
    {
        var saved = await ChangeAsync(claimed, old, connection => connection with { Secret = vault.Seal(connection, renewed), RenewingUntil = null });
        _connection = saved;
        return Usable(saved).TryGet(out var current, out var failure) ? Use(current) : failure;
    }

    /// <summary>The grant is over, unless somebody has connected again in the meantime.</summary>
    private async Task<VendorResult<Credentials>> ExpireAsync(Versioned<StoredConnection> claimed, Credentials old, VendorFailure failure)
    {
        var detail = $"{failure.Message} Connect {connector.Catalog.DisplayName} again.";
        _connection = await ChangeAsync(claimed, old, connection => connection with { Health = ConnectionHealth.Expired, HealthDetail = detail, RenewingUntil = null });
        if (_connection.Health == ConnectionHealth.Expired) await notices.RaiseAsync(_connection, connector.Catalog.DisplayName, CancellationToken.None);
        return Usable(_connection).TryGet(out var current, out _) ? Use(current) : failure with { Message = detail };
    }

    private async Task<VendorResult<Credentials>> ReleaseAsync(Versioned<StoredConnection> claimed, VendorFailure failure)
    {
        // A lost race is fine: whoever changed the connection took the lease along or ended it.
        await connections.ReplaceAsync(claimed with { Value = claimed.Value with { RenewingUntil = null } }, CancellationToken.None);
        return failure;
    }

    /// <summary>Applies a change as long as the connection still has the credentials it is about; what came instead stays.</summary>
    private async Task<StoredConnection> ChangeAsync(Versioned<StoredConnection> from, Credentials old, Func<StoredConnection, StoredConnection> change)
    {
        for (var stored = from; ;)
        {
            var changed = stored with { Value = change(stored.Value) };
            if (await connections.ReplaceAsync(changed, CancellationToken.None) is { } saved) return saved.Value;
            stored = await connections.GetAsync(from.Value.Tenant, from.Value.Id, CancellationToken.None)
                ?? throw new InvalidOperationException($"Connection {from.Value.Tenant}/{from.Value.Id} vanished while its credentials were renewed.");
            if (vault.Open(stored.Value)?.AccessToken != old.AccessToken) return stored.Value;
        }
    }

    private Credentials Use(Credentials credentials) => _credentials = credentials;

    private VendorResult<Credentials> Usable(StoredConnection stored)
    {
        if (stored.Health != ConnectionHealth.Connected)
            return new VendorFailure(FailureKind.AuthExpired, stored.HealthDetail ?? $"{connector.Catalog.DisplayName} is not connected.");
        return vault.Open(stored) is { } credentials
            ? credentials
            : new VendorFailure(FailureKind.Misconfigured, $"The stored credentials of {connector.Catalog.DisplayName} cannot be opened with this app's keys.");
    }
}

/// <summary>Credentials that are tried before anything is stored.</summary>
internal sealed class TriedCredentials(SystemCatalog system, Credentials credentials) : ICredentialSource
{
    public ValueTask<VendorResult<Credentials>> GetAsync(CancellationToken cancellation) => ValueTask.FromResult<VendorResult<Credentials>>(credentials);

    public ValueTask<VendorResult<Credentials>> RenewAsync(Credentials refused, CancellationToken cancellation) =>
        ValueTask.FromResult<VendorResult<Credentials>>(new VendorFailure(FailureKind.AuthExpired, $"{system.DisplayName} does not accept the credentials."));
}
