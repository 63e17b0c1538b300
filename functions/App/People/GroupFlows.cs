using System.Collections.Immutable;
using SyncFunctions.App.Problems;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.People;

internal static class GroupFlows
{
    /// <summary>A flow that is misspelt would narrow people to nothing.</summary>
    public static async Task<BodyCheck> FlowsAsync(this BodyCheck check, FlowStore flows, TenantId tenant, ImmutableSortedSet<string>? named, CancellationToken cancellation)
    {
        if (named is null) return check;
        var known = (await flows.ListAsync(tenant, cancellation)).Select(flow => flow.Value.Key.Flow.Value).ToImmutableHashSet();
        return check.When(!named.All(known.Contains), "#/flows", "There is no such flow.");
    }
}
