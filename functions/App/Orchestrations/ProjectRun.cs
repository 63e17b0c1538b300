using System.Collections.Immutable;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using SyncFunctions.App.Sync;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Orchestrations;

/// <param name="Parents">Links of one project, or of a group of them.</param>
public sealed record ProjectRunInput(string Tenant, string Flow, string Run, long Epoch, RunMode Mode, ImmutableArray<string> Parents);

/// <summary>What lives inside one changed project, or inside a group of them, is brought into step.</summary>
public static class ProjectRun
{
    [Function(nameof(ProjectRun))]
    public static Task<KindCounts> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context) =>
        context.CallActivityAsync<KindCounts>(nameof(SyncProjects), context.GetInput<ProjectRunInput>());
}

/// <summary>Reads, plans and applies the insides of the given projects.</summary>
public sealed class SyncProjects(FlowContexts contexts, BatchSync batches)
{
    [Function(nameof(SyncProjects))]
    public async Task<KindCounts> RunAsync([ActivityTrigger] ProjectRunInput input, CancellationToken cancellation)
    {
        var flow = await contexts.LoadAsync(new FlowKey(new TenantId(input.Tenant), new FlowId(input.Flow)), cancellation);
        if (flow is null) return KindCounts.None;
        var counts = KindCounts.None;
        foreach (var kind in flow.Pair.Kinds.Where(kind => kind.Parent is not null && flow.Settings.Kind(kind.Name).Enabled))
        {
            var scope = new WorkScope(flow, kind, input.Mode, new RunId(input.Run), input.Epoch);
            counts += (await batches.RunInsideAsync(scope, [.. input.Parents.Select(parent => new LinkId(parent))], cancellation)).Counts;
        }

        return counts;
    }
}
