using System.Collections.Concurrent;
using SyncFunctions.Engine;

namespace SyncFunctions.Connectors.ConnectWise;

/// <summary>Which tickets are inside projects, as far as that was seen: it never changes, and saves a call for each schedule entry.</summary>
internal sealed class ConnectWiseTickets
{
    private const int MaxKept = 50_000;

    private readonly ConcurrentDictionary<(TenantId, ConnectionId, string Ticket), bool> _known = new();

    /// <summary>Null where it is not known.</summary>
    public bool? Find(ConnectionScope connection, string ticket) => _known.TryGetValue(Key(connection, ticket), out var known) ? known : null;

    public void Note(ConnectionScope connection, string ticket, bool isOfProject)
    {
        if (_known.Count >= MaxKept)
            _known.Clear();
        _known[Key(connection, ticket)] = isOfProject;
    }

    private static (TenantId, ConnectionId, string) Key(ConnectionScope connection, string ticket) => (connection.Tenant, connection.Connection, ticket);
}
