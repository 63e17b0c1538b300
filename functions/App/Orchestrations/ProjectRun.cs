using System.Collections.Immutable;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using SyncFunctions.App.Sync;
using SyncFunctions.App.Telemetry;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Orchestrations;

/// <param name="Parents">Links of one project, or of a group of them.</param>
public sealed record ProjectRunInput(string Tenant, string Flow, string Run, long Epoch, RunMode Mode, ImmutableArray<string> Kinds, ImmutableArray<string> Parents)
{
    /// <summary>The span that began the run, as <c>traceparent</c>.</summary>
    public string? Trace { get; init; }
}

/// <param name="Order">What a person wants of the run: then none of them was looked at.</param>
public sealed record ProjectsResult(ImmutableSortedDictionary<string, KindCounts> Counts, RunOrder? Order = null);

/// <summary>What lives inside one changed project, or inside a group of them, is brought into step.</summary>
public static class ProjectRun
{
    [Function(nameof(ProjectRun))]
    public static Task<ProjectsResult> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context) =>
        context.CallActivityAsync<ProjectsResult>(nameof(SyncProjects), context.GetInput<ProjectRunInput>());
}

/// <summary>Reads, plans and applies the insides of the given projects.</summary>
public sealed class SyncProjects(Tracing tracing, RunSteps steps, RunJournal journal, ProjectSync projects)
{
    [Function(nameof(SyncProjects))]
    public async Task<ProjectsResult> RunAsync([ActivityTrigger] ProjectRunInput input, CancellationToken cancellation)
    {
        var run = new RunId(input.Run);
        var key = new FlowKey(new TenantId(input.Tenant), new FlowId(input.Flow));
        using var piece = tracing.Begin(nameof(SyncProjects), key, input.Trace, run);
        var (flow, _) = await steps.BeginAsync(key, input.Mode, run, input.Epoch, cancellation);
        if (await journal.OrderAsync(flow.Key, run, cancellation) is { } order) return new ProjectsResult(CountsByKind.None, order);
        var kinds = flow.Pair.Kinds.Where(kind => input.Kinds.Contains(kind.Name) && flow.Settings.Kind(kind.Name).Enabled).ToList();
        if (kinds.Count == 0) return new ProjectsResult(CountsByKind.None);
        var scope = new WorkScope(flow, kinds[0], input.Mode, run, input.Epoch);
        return new ProjectsResult(await projects.RunAsync(scope, kinds, [.. input.Parents.Select(parent => new LinkId(parent))], cancellation));
    }
}
