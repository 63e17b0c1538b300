using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Sync;
using SyncFunctions.App.Telemetry;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Orchestrations;

/// <summary>How many records an import will bring over, where the vendor tells: so that its progress can say how far it is.</summary>
public sealed class CountRecords(Tracing tracing, FlowContexts contexts, RunJournal runs)
{
    [Function(nameof(CountRecords))]
    public async Task RunAsync([ActivityTrigger] SyncRunInput input, CancellationToken cancellation)
    {
        using var piece = tracing.Begin(nameof(CountRecords), input);
        if (await contexts.LoadAsync(input.Key, cancellation) is not { } flow) return;
        var side = flow.On(flow.Pair.ImportFrom);
        foreach (var kind in flow.Pair.TopKinds.Where(kind => flow.Settings.Kind(kind.Name).Enabled))
        {
            var listed = await side.ListAsync(kind, new ListRequest(), cancellation);
            if (!listed.TryGet(out var page, out _)) continue;
            var total = page.Total ?? (page.NextPage is null ? page.Records.Count : 0);
            var run = new RunId(input.Run);
            await runs.AddAsync(input.Key, run, kind.Name, KindCounts.None with { Total = total }, cancellation);
            foreach (var inside in flow.Pair.Inside(kind)) await runs.AddAsync(input.Key, run, inside.Name, KindCounts.None with { Total = total }, cancellation);
        }
    }
}
