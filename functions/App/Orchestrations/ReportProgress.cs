using System.Collections.Immutable;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Sync;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Orchestrations;

public sealed record ProgressInput(string Tenant, string Flow, string Run, ImmutableSortedDictionary<string, KindCounts> Counts);

/// <summary>Adds what a wave of projects did to the run's counts, in one place, since the projects run at the same time.</summary>
public sealed class ReportProgress(RunJournal runs)
{
    [Function(nameof(ReportProgress))]
    public async Task RunAsync([ActivityTrigger] ProgressInput input, CancellationToken cancellation)
    {
        var flow = new FlowKey(new TenantId(input.Tenant), new FlowId(input.Flow));
        foreach (var (kind, counts) in input.Counts) await runs.AddAsync(flow, new RunId(input.Run), kind, counts, cancellation);
    }
}
