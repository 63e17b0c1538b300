using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using SyncFunctions.Engine;

namespace SyncFunctions.Connectors.RaisersEdge;

/// <summary>Who is in the saved lists that the settings name. A list tells its members, and a constituent no list: they are read whole, and remembered for a while.</summary>
internal sealed class RaisersEdgeLists(RaisersEdgeApi api)
{
    private readonly ConcurrentDictionary<(TenantId, ConnectionId, string List), (DateTimeOffset ReadAt, ImmutableHashSet<string> Members)> _known = new();
    private readonly ConcurrentDictionary<(TenantId, ConnectionId), CallGate> _gates = new();

    /// <summary>The lists and their members; null where the settings name none.</summary>
    public async Task<VendorResult<ImmutableDictionary<string, ImmutableHashSet<string>>?>> ReadAsync(ConnectionScope connection, CancellationToken cancellation)
    {
        var names = RaisersEdgeApi.Setting(connection, "lists").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (names.Length == 0)
            return (ImmutableDictionary<string, ImmutableHashSet<string>>?)null;

        // Whoever comes second finds what the first has read.
        var gate = _gates.GetOrAdd((connection.Tenant, connection.Connection), static _ => new CallGate(1));
        await gate.EnterAsync(cancellation);
        try
        {
            var lists = ImmutableDictionary<string, ImmutableHashSet<string>>.Empty;
            foreach (var name in names)
            {
                if (!(await MembersAsync(connection, name, cancellation)).TryGet(out var members, out var failure))
                    return failure;
                lists = lists.SetItem(name, members);
            }

            return lists;
        }
        finally
        {
            gate.Leave();
        }
    }

    /// <summary>Null where no list was looked at.</summary>
    public static FieldValue.Set? Of(ImmutableDictionary<string, ImmutableHashSet<string>>? lists, string id) =>
        lists is null ? null : new FieldValue.Set(lists.Where(list => list.Value.Contains(id)).Select(list => list.Key));

    private async Task<VendorResult<ImmutableHashSet<string>>> MembersAsync(ConnectionScope connection, string list, CancellationToken cancellation)
    {
        var key = (connection.Tenant, connection.Connection, list);
        var now = api.Time.GetUtcNow();
        var minutes = double.TryParse(RaisersEdgeApi.Setting(connection, "listMinutes"), CultureInfo.InvariantCulture, out var set) ? set : 0;
        if (_known.TryGetValue(key, out var known) && now - known.ReadAt < TimeSpan.FromMinutes(minutes))
            return known.Members;
        // With a list every other filter is ignored, those of the inactive among them.
        var query = VendorCall.QueryText([("list_id", list), ("limit", RaisersEdgeApi.MaxPage.ToString(CultureInfo.InvariantCulture))]);
        if (!(await api.AllAsync(connection, RaisersEdgeConnector.ListPath, query, RaisersEdgeCatalog.Constituents, cancellation)).TryGet(out var rows, out var failure))
            return failure;
        var members = rows.Select(row => row.At("id").AsText("the id of a constituent")).OfType<string>().ToImmutableHashSet();
        _known[key] = (now, members);
        return members;
    }
}
