using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Sync;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Orchestrations;

public sealed record ProgressInput(string Tenant, string Flow, string Run, string Kind, KindCounts Counts);

/// <summary>Adds what a wave of projects did to the run's counts, in one place, since the projects run at the same time.</summary>
public sealed class ReportProgress(RunJournal runs)
{
    [Function(nameof(ReportProgress))]
    public Task RunAsync([ActivityTrigger] ProgressInput input, CancellationToken cancellation) =>
        runs.AddAsync(new FlowKey(new TenantId(input.Tenant), new FlowId(input.Flow)), new RunId(input.Run), input.Kind, input.Counts, cancellation);
}
