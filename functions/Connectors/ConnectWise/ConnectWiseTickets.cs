using System.Collections.Concurrent;
using SyncFunctions.Engine;

namespace SyncFunctions.Connectors.ConnectWise;

/// <summary>Which tickets are inside projects, as far as that was seen: it saves a call for each schedule entry.</summary>
internal sealed class ConnectWiseTickets(TimeProvider time)
{
    /// <summary>A ticket stays in its project, but one of the service desk may be made one of a project.</summary>
    private static readonly TimeSpan OutsideFor = TimeSpan.FromMinutes(10);

    private const int MaxKept = 50_000;

    private readonly ConcurrentDictionary<(TenantId, ConnectionId, string Ticket), (bool IsInside, DateTimeOffset At)> _known = new();

    /// <summary>Null where it is not known.</summary>
    public bool? IsInside(ConnectionScope connection, string ticket) =>
        _known.TryGetValue(Key(connection, ticket), out var known) && (known.IsInside || time.GetUtcNow() - known.At < OutsideFor) ? known.IsInside : null;

    public void Note(ConnectionScope connection, string ticket, bool isInside)
    {
        if (_known.Count >= MaxKept)
            _known.Clear();
        _known[Key(connection, ticket)] = (isInside, time.GetUtcNow());
    }

    private static (TenantId, ConnectionId, string) Key(ConnectionScope connection, string ticket) => (connection.Tenant, connection.Connection, ticket);
}
