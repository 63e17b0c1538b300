using System.Collections.Immutable;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Sync;
using SyncFunctions.Engine;
using SyncFunctions.Pairs;
using SyncFunctions.State;

namespace SyncFunctions.App.Orchestrations;

/// <param name="After">Where the next page begins; null at the end.</param>
public sealed record ParentPage(ImmutableArray<string> Parents, string? After);

/// <summary>The next links of the kind that has insides.</summary>
public sealed class ListParents(FlowStore flows, LinkStore links, ProjectStore projects, PairCatalog pairs)
{
    private const int PageSize = 1000;

    [Function(nameof(ListParents))]
    public async Task<ParentPage> RunAsync([ActivityTrigger] SyncRunInput input, CancellationToken cancellation)
    {
        if (await flows.GetAsync(input.Key, cancellation) is not { } flow) return new ParentPage([], null);
        var inside = pairs[flow.Value.Pair].Kind(input.InsideKinds[0]);
        var page = await links.LinksAsync(new LinkScope(input.Key, (inside.Parent ?? inside.PartOf)!), input.ParentsAfter, PageSize, cancellation);
        IEnumerable<LinkId> parents = page.Items.Where(link => inside.Parent is not null || link.Value.State == LinkState.Active).Select(link => link.Value.Id);
        if (input.Mode == RunMode.Import && !input.Kinds.IsEmpty) parents = await LackingAsync(input, inside, [.. parents], cancellation);
        return new ParentPage([.. parents.Select(parent => parent.Value)], page.Continuation);
    }

    /// <summary>An import has done the insides with the records themselves: what it still lacks was left by a crash.</summary>
    private async Task<IEnumerable<LinkId>> LackingAsync(SyncRunInput input, KindMap inside, IReadOnlyList<LinkId> parents, CancellationToken cancellation)
    {
        if (inside.PartOf is not null)
        {
            var done = await projects.FindAsync(input.Key, parents, cancellation);
            return parents.Where(parent => !done.TryGetValue(parent, out var project) || project.Value.ImportedAt is null);
        }

        var lacking = new HashSet<LinkId>();
        foreach (var kind in input.InsideKinds)
        {
            var known = await links.LoadAsync(new LinkScope(input.Key, kind), parents, cancellation);
            lacking.UnionWith(parents.Where(parent => !known.ContainsKey(parent)));
        }

        return parents.Where(lacking.Contains);
    }
}
