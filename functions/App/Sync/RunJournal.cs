using SyncFunctions.State;
using SyncFunctions.Engine;

namespace SyncFunctions.App.Sync;

/// <summary>Keeps a run's row up to date while it goes on.</summary>
public sealed class RunJournal(RunStore runs)
{
    public Task AddAsync(FlowKey flow, RunId run, string kind, KindCounts counts, CancellationToken cancellation) =>
        ChangeAsync(flow, run, found => found with { Counts = Plus(found, kind, counts) }, cancellation);

    public Task<Run?> EndAsync(FlowKey flow, RunId run, string? problem, DateTimeOffset now, CancellationToken cancellation) =>
        ChangeAsync(
            flow,
            run,
            found => found with
            {
                EndedAt = found.EndedAt ?? now,
                Detail = problem,
                Outcome = problem is not null ? RunOutcome.Failed : found.Counts.Values.Any(counts => counts.Failed > 0) ? RunOutcome.SucceededWithErrors : RunOutcome.Succeeded,
            },
            cancellation);

    public static System.Collections.Immutable.ImmutableSortedDictionary<string, KindCounts> Plus(Run run, string kind, KindCounts counts) =>
        run.Counts.SetItem(kind, Capped(run.Counts.GetValueOrDefault(kind, KindCounts.None) + counts));

    /// <summary>A list may name a record twice; no more can be done than there is.</summary>
    private static KindCounts Capped(KindCounts counts) => counts.Total > 0 && counts.Done > counts.Total ? counts with { Done = counts.Total } : counts;

    private async Task<Run?> ChangeAsync(FlowKey flow, RunId run, Func<Run, Run> change, CancellationToken cancellation)
    {
        while (await runs.GetAsync(flow, run, cancellation) is { } found)
        {
            if (await runs.ReplaceAsync(found with { Value = change(found.Value) }, cancellation) is { } stored) return stored.Value;
        }

        return null;
    }
}
