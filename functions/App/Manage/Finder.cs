using SyncFunctions.App.Problems;
using SyncFunctions.Engine;
using SyncFunctions.Pairs;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <summary>A flow that a route names, with its pair.</summary>
public sealed record FoundFlow(Versioned<Flow> Stored, Pair Pair)
{
    public Flow Flow => Stored.Value;

    public FlowKey Key => Stored.Value.Key;

    /// <summary>The kind of this name.</summary>
    /// <exception cref="ProblemException">The pair has no such kind, or none was named.</exception>
    public KindMap Kind(string? name, string pointer = "#/kind") =>
        name is { Length: > 0 } && Pair.FindKind(name) is { } kind
            ? kind
            : throw JsonBody.Invalid($"The kinds of this flow are {string.Join(", ", Pair.Kinds.Select(map => map.Name))}.", pointer);

    public LinkScope Links(KindMap kind) => new(Key, kind.Name);
}

/// <summary>Finds what a route names. What is another tenant's is as unknown as what does not exist.</summary>
public sealed class Finder(TenantStore tenants, ConnectionStore connections, FlowStore flows, PairCatalog pairs)
{
    public async Task<Tenant> TenantAsync(string tenant, CancellationToken cancellation) =>
        TenantId.TryParse(tenant, out var id) && await tenants.GetAsync(id, cancellation) is { } found ? found : throw ProblemException.NotFound("tenant");

    public async Task<Versioned<StoredConnection>> ConnectionAsync(string tenant, string connection, CancellationToken cancellation) =>
        TenantId.TryParse(tenant, out var tenantId) && ConnectionId.TryParse(connection, out var id)
        && await connections.GetAsync(tenantId, id, cancellation) is { } found
            ? found
            : throw ProblemException.NotFound("connection");

    public async Task<FoundFlow> FlowAsync(string tenant, string flow, CancellationToken cancellation) =>
        TenantId.TryParse(tenant, out var tenantId) && FlowId.TryParse(flow, out var id)
        && await flows.GetAsync(new FlowKey(tenantId, id), cancellation) is { } found
            ? new FoundFlow(found, pairs[found.Value.Pair])
            : throw ProblemException.NotFound("flow");
}
