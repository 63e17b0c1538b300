using SyncFunctions.State;
using SyncFunctions.Engine;

namespace SyncFunctions.App.Sync;

/// <summary>Keeps a run's row up to date while it goes on.</summary>
public sealed class RunJournal(RunStore runs, TimeProvider time)
{
    public Task AddAsync(FlowKey flow, RunId run, string kind, KindCounts counts, CancellationToken cancellation) =>
        ChangeAsync(
            flow,
            run,
            found =>
            {
                var now = time.GetUtcNow();
                var took = counts.Done == 0 ? 0 : Math.Max(0, (now - (found.ProgressAt ?? found.StartedAt)).TotalSeconds);
                return found with { Counts = Plus(found, kind, counts with { Seconds = took }), ProgressAt = now };
            },
            cancellation);

    public Task<Run?> EndAsync(FlowKey flow, RunId run, string? problem, DateTimeOffset now, CancellationToken cancellation, bool cancelled = false) =>
        ChangeAsync(
            flow,
            run,
            found => found with
            {
                EndedAt = found.EndedAt ?? now,
                Detail = problem ?? (cancelled ? found.OrderedBy : null),
                Order = null,
                Resume = null,
                Outcome = problem is not null ? RunOutcome.Failed
                    : cancelled ? RunOutcome.Cancelled
                    : found.Counts.Values.Any(counts => counts.Failed > 0) ? RunOutcome.SucceededWithErrors
                    : RunOutcome.Succeeded,
            },
            cancellation);

    public async Task<Run?> GetAsync(FlowKey flow, RunId run, CancellationToken cancellation) => (await runs.GetAsync(flow, run, cancellation))?.Value;

    /// <summary>What a person wants of the run, if anything.</summary>
    public async Task<RunOrder?> OrderAsync(FlowKey flow, RunId run, CancellationToken cancellation) => (await runs.GetAsync(flow, run, cancellation))?.Value.Order;

    /// <summary>Tells a run that is under way what to do at its next step.</summary>
    public Task<Run?> OrderAsync(FlowKey flow, RunId run, RunOrder order, string by, CancellationToken cancellation) =>
        ChangeAsync(flow, run, found => found is { EndedAt: null, PausedAt: null } ? found with { Order = order, OrderedBy = by } : found, cancellation);

    /// <param name="resume">Where it goes on.</param>
    public Task<Run?> PauseAsync(FlowKey flow, RunId run, string resume, DateTimeOffset now, CancellationToken cancellation) =>
        ChangeAsync(flow, run, found => found with { Outcome = RunOutcome.Paused, PausedAt = found.PausedAt ?? now, Detail = found.OrderedBy ?? found.Detail, Order = null, Resume = resume }, cancellation);

    public Task<Run?> ResumeAsync(FlowKey flow, RunId run, DateTimeOffset now, CancellationToken cancellation) =>
        ChangeAsync(
            flow,
            run,
            found => found with { Outcome = RunOutcome.Running, ProgressAt = now, PausedAt = null, Detail = null, Order = null, OrderedBy = null },
            cancellation);

    public static System.Collections.Immutable.ImmutableSortedDictionary<string, KindCounts> Plus(Run run, string kind, KindCounts counts) =>
        run.Counts.SetItem(kind, Capped(run.Counts.GetValueOrDefault(kind, KindCounts.None) + counts));

    /// <summary>A list may name a record twice; no more can be done than there is.</summary>
    private static KindCounts Capped(KindCounts counts) => counts.Total > 0 && counts.Done > counts.Total ? counts with { Done = counts.Total } : counts;

    private async Task<Run?> ChangeAsync(FlowKey flow, RunId run, Func<Run, Run> change, CancellationToken cancellation)
    {
        while (await runs.GetAsync(flow, run, cancellation) is { } found)
        {
            var changed = change(found.Value);
            if (changed == found.Value) return changed;
            if (await runs.ReplaceAsync(found with { Value = changed }, cancellation) is { } stored) return stored.Value;
        }

        return null;
    }
}
