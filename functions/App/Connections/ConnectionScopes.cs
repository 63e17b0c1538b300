using SyncFunctions.App.Notices;
using SyncFunctions.App.Telemetry;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Connections;

/// <summary>Makes what connectors need to call a vendor for a stored connection.</summary>
public sealed class ConnectionScopes(
    ConnectionStore connections, SealedCredentials vault, Systems systems, SystemSettings settings, CallBudgets budgets, FailedCalls failedCalls, SyncMetrics metrics, NoticeOutbox notices, TimeProvider time)
{
    /// <summary>The connections of a flow. Works whatever their health: a call over one that is not connected fails with <see cref="FailureKind.AuthExpired"/>.</summary>
    /// <exception cref="InvalidOperationException">One of them does not exist.</exception>
    public async Task<(ConnectionScope Left, ConnectionScope Right)> OpenAsync(TenantId tenant, ConnectionId left, ConnectionId right, CancellationToken cancellation)
    {
        var stored = await connections.GetAllAsync(tenant, [left, right], cancellation);
        return (Find(left), Find(right));

        ConnectionScope Find(ConnectionId id) =>
            stored.Select(connection => connection.Value).FirstOrDefault(connection => connection.Id == id) is { } found
                ? Of(found)
                : throw new InvalidOperationException($"There is no connection {tenant}/{id}.");
    }

    public ConnectionScope Of(StoredConnection connection)
    {
        var credentials = new StoredCredentials(connection, systems[connection.System], connections, vault, notices, time);
        var scope = Scope(connection, credentials);
        credentials.Scope = scope;
        return scope;
    }

    /// <summary>With credentials that are not stored (yet).</summary>
    public ConnectionScope Trying(StoredConnection connection, Credentials credentials) =>
        Scope(connection, new TriedCredentials(systems[connection.System].Catalog, credentials));

    private ConnectionScope Scope(StoredConnection connection, ICredentialSource credentials)
    {
        var catalog = systems[connection.System].Catalog;
        var chosen = settings.Of(catalog, connection);
        return new ConnectionScope(connection.Tenant, connection.Id)
        {
            Settings = chosen,
            Account = connection.AccountId,
            Credentials = credentials,
            Budget = budgets.Of(catalog, connection, chosen),
            Observer = call =>
            {
                metrics.Called(call);
                failedCalls.Observe(connection.Tenant, connection.Id, call);
            },
        };
    }
}
