using System.Collections.Immutable;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.Engine;
using SyncFunctions.Pairs;
using SyncFunctions.State;

namespace SyncFunctions.App.Orchestrations;

/// <param name="After">Where the next page begins; null at the end.</param>
public sealed record ParentPage(ImmutableArray<string> Parents, string? After);

/// <summary>The next links of the kind that has insides.</summary>
public sealed class ListParents(FlowStore flows, LinkStore links, PairCatalog pairs)
{
    private const int PageSize = 1000;

    [Function(nameof(ListParents))]
    public async Task<ParentPage> RunAsync([ActivityTrigger] SyncRunInput input, CancellationToken cancellation)
    {
        if (await flows.GetAsync(input.Key, cancellation) is not { } flow) return new ParentPage([], null);
        var kind = pairs[flow.Value.Pair].Kind(input.InsideKinds[0]).Parent!;
        var page = await links.LinksAsync(new LinkScope(input.Key, kind), input.ParentsAfter, PageSize, cancellation);
        return new ParentPage([.. page.Items.Select(link => link.Value.Id.Value)], page.Continuation);
    }
}
