using System.Collections.Immutable;
using SyncFunctions.App.Problems;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Access;

/// <summary>Which connections a caller whom groups narrow to some flows may know of.</summary>
public sealed class SeenConnections(FlowStore flows)
{
    /// <summary>Whether a caller may know of a connection: some flow that they may see has it.</summary>
    public Task<Func<ConnectionId, bool>> KnownAsync(Caller caller, TenantId tenant, CancellationToken cancellation) =>
        OfAsync(caller, tenant, (seen, _) => seen, cancellation);

    /// <summary>Whether a caller may see what was done over a connection: no flow that they may not see shares it, as nobody knows any more whose call it was.</summary>
    public Task<Func<ConnectionId, bool>> WhollyAsync(Caller caller, TenantId tenant, CancellationToken cancellation) =>
        OfAsync(caller, tenant, (seen, unseen) => seen && !unseen, cancellation);

    public async Task RequireAsync(Caller caller, TenantId tenant, ConnectionId connection, CancellationToken cancellation)
    {
        if (!(await KnownAsync(caller, tenant, cancellation))(connection)) throw ProblemException.NotFound("connection");
    }

    private async Task<Func<ConnectionId, bool>> OfAsync(Caller caller, TenantId tenant, Func<bool, bool, bool> rule, CancellationToken cancellation)
    {
        if (caller.SeesAll) return _ => true;
        var all = (await flows.ListAsync(tenant, cancellation)).ToLookup(flow => caller.MaySee(flow.Value.Key.Flow), flow => flow.Value);
        var (seen, unseen) = (Of(all[true]), Of(all[false]));
        return connection => rule(seen.Contains(connection), unseen.Contains(connection));
    }

    private static ImmutableHashSet<ConnectionId> Of(IEnumerable<Flow> flows) => [.. flows.SelectMany(flow => new[] { flow.Left, flow.Right })];
}
