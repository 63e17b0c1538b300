using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>Plans again what is due on the work list: retries, held and parked records, open intents.</summary>
public sealed class WorkSync(BatchSync batches, LinkStore links, FlowStore flows, TimeProvider time)
{
    /// <param name="hint">What said that this kind has work; moved on to the next due row.</param>
    public async Task<BatchOutcome> RunAsync(WorkScope scope, Versioned<WorkHint> hint, CancellationToken cancellation)
    {
        var due = await links.DueWorkAsync(scope.Links, time.GetUtcNow(), BatchSync.MaxRecords, cancellation);
        var outcome = due.Count == 0 ? BatchOutcome.Nothing
            : scope.Kind.Parent is not null ? await RunInsideAsync(scope, due, cancellation)
            : await RunRecordsAsync(scope, due, cancellation);

        var next = await links.WorkAsync(scope.Links, BatchSync.MaxRecords * 5, cancellation);
        var open = next.Where(work => work.Value.Reason != WorkReason.Dead).Select(work => work.Value.DueAt).ToList();
        await flows.ResetHintAsync(scope.Flow.Key, hint, open.Count == 0 ? null : open.Min(), cancellation);
        return outcome;
    }

    private async Task<BatchOutcome> RunRecordsAsync(WorkScope scope, IReadOnlyList<Versioned<WorkItem>> due, CancellationToken cancellation)
    {
        var sources = new SourceRecord?[due.Count];
        await Concurrent.ForAsync(due.Count, BatchSync.ReadsAtOnce, async (i, token) =>
        {
            var work = due[i].Value;
            var read = await scope.Flow.On(work.Side).GetAsync(scope.Kind, work.RecordId, token);
            if (read.TryGet(out var vendor, out var failure)) sources[i] = new SourceRecord(work.Side, work.RecordId, vendor, due[i]);
            else if (failure.Kind == FailureKind.NotFound) await ForgetAsync(scope, due[i], token);
            else await PostponeAsync(scope, due[i], failure, token);
        }, cancellation);
        return await batches.RunAsync(scope, sources.OfType<SourceRecord>().ToList(), cancellation);
    }

    /// <summary>The record is not there any more; whether it was deleted is for a comprehensive sync to say.</summary>
    private Task ForgetAsync(WorkScope scope, Versioned<WorkItem> work, CancellationToken cancellation) =>
        links.DeleteWorkAsync(scope.Links, [work], cancellation);

    private Task PostponeAsync(WorkScope scope, Versioned<WorkItem> work, VendorFailure failure, CancellationToken cancellation)
    {
        var attempts = work.Value.Attempts + 1;
        var later = work.Value with { Attempts = attempts, Detail = failure.Message, DueAt = failure.Until ?? time.GetUtcNow().AddSeconds(Math.Min(3600, 15 * attempts * attempts)) };
        return links.PutWorkAsync(scope.Links, [later], cancellation);
    }

    private async Task<BatchOutcome> RunInsideAsync(WorkScope scope, IReadOnlyList<Versioned<WorkItem>> due, CancellationToken cancellation)
    {
        // Taken off the list first: what fails again puts its own row back.
        await links.DeleteWorkAsync(scope.Links, due, cancellation);
        return await batches.RunInsideAsync(scope, due.Select(work => work.Value.Link).OfType<LinkId>().Distinct().ToList(), cancellation);
    }
}
