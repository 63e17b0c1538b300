using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>Finds deletions: linked records that a finished walk of both sides did not see, and that the vendor says are not there.</summary>
public sealed class GoneSync(BatchSync batches, LinkStore links, SweepStore sweeps, PlanStore plans, RunJournal runs, IntegrationLog log, TimeProvider time)
{
    /// <summary>So many may vanish at once without a question.</summary>
    private const int AlwaysAllowed = 3;

    private const int MostAllowed = 200;

    private readonly DryRun _dryRun = new(plans);

    public async Task RunAsync(WorkScope scope, CancellationToken cancellation)
    {
        var missing = new List<SourceRecord>();
        var total = 0;
        var seen = new Dictionary<Side, SweepSet>();
        foreach (var side in Sides.Both) seen[side] = await sweeps.LoadAsync(scope.Flow.Key, scope.Run!.Value, scope.Kind.Name, side, cancellation);

        string? after = null;
        do
        {
            var page = await links.LinksAsync(scope.Links, after, 1000, cancellation);
            foreach (var link in page.Items.Select(link => link.Value).Where(link => link is { State: LinkState.Active, LeftId: not null, RightId: not null }))
            {
                total++;
                missing.AddRange(from side in Sides.Both
                                 where !seen[side].Contains(link.IdOn(side)!)
                                 select new SourceRecord(side, link.IdOn(side)!, null));
            }

            after = page.Continuation;
        }
        while (after is not null);

        var gone = await ConfirmAsync(scope, missing, cancellation);
        if (gone.Count == 0) return;
        if (gone.Count > AlwaysAllowed && gone.Count > Math.Min(total / 10, MostAllowed))
        {
            if (scope.Mode == RunMode.DryRun)
            {
                await _dryRun.RefuseAsync(scope, gone, total, cancellation);
                return;
            }

            // A revoked right or an outage looks just like this.
            await log.AppendAsync(
                scope.Flow.Key,
                [
                    new LogEntry(time.GetUtcNow(), LogSeverity.Error, "mass-delete-refused", $"{gone.Count} of {total} linked records are not found any more. Nothing was archived or deleted.")
                    {
                        Kind = scope.Kind.Name,
                        RunId = scope.Run,
                        WhatToDo = "Check that the connected users may still see all records. If they were really deleted, unlink or archive them by hand.",
                    },
                ],
                cancellation);
            return;
        }

        var outcome = await batches.RunAsync(scope, gone, cancellation);
        await runs.AddAsync(scope.Flow.Key, scope.Run!.Value, scope.Kind.Name, outcome.Counts with { Done = 0 }, cancellation);
    }

    private static async Task<List<SourceRecord>> ConfirmAsync(WorkScope scope, List<SourceRecord> missing, CancellationToken cancellation)
    {
        var confirmed = new SourceRecord?[missing.Count];
        await Concurrent.ForAsync(missing.Count, BatchSync.ReadsAtOnce, async (i, token) =>
        {
            var failure = (await scope.Flow.On(missing[i].Side).GetAsync(scope.Kind, missing[i].Id, token)).Failure;
            if (failure?.Kind == FailureKind.NotFound) confirmed[i] = missing[i] with { MergedInto = failure.MergedInto };
        }, cancellation);
        return confirmed.OfType<SourceRecord>().ToList();
    }
}
