using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using SyncFunctions.Engine;

namespace SyncFunctions.Connectors.RaisersEdge;

/// <summary>
/// What was read apart for a constituent that a list showed as changed. Each poll sees the changes of an hour and more again: what is
/// behind one that was seen before is not read anew.
/// </summary>
internal sealed class RaisersEdgeRecent
{
    /// <summary>More than change in an hour, and a few megabytes.</summary>
    private const int Most = 20_000;

    private readonly ConcurrentDictionary<(TenantId, ConnectionId, string Field, string Id), (string Stamp, FieldValue Value)> _known = new();

    /// <param name="stamp">What the list showed: rows and when they were changed.</param>
    public bool TryGet(ConnectionScope connection, string field, string id, string stamp, [NotNullWhen(true)] out FieldValue? value)
    {
        value = _known.TryGetValue((connection.Tenant, connection.Connection, field, id), out var known) && known.Stamp == stamp ? known.Value : null;
        return value is not null;
    }

    public void Keep(ConnectionScope connection, string field, string id, string stamp, FieldValue value)
    {
        if (_known.Count >= Most)
            _known.Clear();
        _known[(connection.Tenant, connection.Connection, field, id)] = (stamp, value);
    }

    public void Forget(ConnectionScope connection, string field, string id) => _known.TryRemove((connection.Tenant, connection.Connection, field, id), out _);
}
