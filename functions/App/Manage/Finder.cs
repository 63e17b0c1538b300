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

    /// <summary>The kind whose records are synchronised one by one, with all that lives inside them.</summary>
    /// <exception cref="ProblemException">The pair has none.</exception>
    public KindMap ProjectKind() => Pair.ProjectKind ?? throw ProblemException.NotFound("list of projects: the pair synchronises none by themselves");

    public LinkScope Links(KindMap kind) => new(Key, kind.Name);
}

/// <summary>A project that a route names by its link.</summary>
public sealed record FoundProject(FoundFlow Flow, KindMap Kind, Project Project)
{
    public LinkId Link => Project.Link;

    public LinkScope Scope => Flow.Links(Kind);

    public ProjectView View(DateTimeOffset now) => ProjectView.Of(Project, Flow.Flow, now);
}

/// <summary>Finds what a route names. What is another tenant's is as unknown as what does not exist.</summary>
public sealed class Finder(TenantStore tenants, ConnectionStore connections, FlowStore flows, ProjectStore projects, PairCatalog pairs)
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

    public async Task<FoundProject> ProjectAsync(string tenant, string flow, string link, CancellationToken cancellation)
    {
        var found = await FlowAsync(tenant, flow, cancellation);
        var kind = found.ProjectKind();
        return IdText.IsValid(link) && await projects.GetAsync(found.Key, new LinkId(link), cancellation) is { } project
            ? new FoundProject(found, kind, project.Value)
            : throw ProblemException.NotFound("project");
    }
}
