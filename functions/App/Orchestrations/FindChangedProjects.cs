using System.Collections.Immutable;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Sync;
using SyncFunctions.App.Telemetry;

namespace SyncFunctions.App.Orchestrations;

/// <summary>The projects that have changed inside since the last look, and those that were asked for, as far as they may begin.</summary>
public sealed class FindChangedProjects(Tracing tracing, RunSteps steps, PartNews news, ProjectRequests requests)
{
    [Function(nameof(FindChangedProjects))]
    public async Task<ImmutableArray<string>> RunAsync([ActivityTrigger] SyncRunInput input, CancellationToken cancellation)
    {
        using var piece = tracing.Begin(nameof(FindChangedProjects), input);
        var (flow, _) = await steps.BeginAsync(input.Key, input.Mode, new Engine.RunId(input.Run), input.Epoch, cancellation);
        await news.ReadAsync(flow, cancellation);
        return [.. (await requests.DueAsync(flow.Key, cancellation)).Select(project => project.Value)];
    }
}
