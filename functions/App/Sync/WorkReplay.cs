using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>Takes up again what was given up: one record, or all dead letters. It begins with fresh attempts and keeps since when it waits.</summary>
public sealed class WorkReplay(FlowContexts contexts, LinkStore links, WorkList list, WorkSync work, TimeProvider time)
{
    private const int AtOnce = 1000;

    /// <param name="record">One record, whatever it waits for; null: all dead letters.</param>
    /// <returns>How many were taken up, or null where there is no such flow.</returns>
    public async Task<int?> RunAsync(FlowKey flow, IReadOnlyList<KindMap> kinds, (Side Side, string Id)? record, CancellationToken cancellation)
    {
        if (await contexts.LoadAsync(flow, cancellation) is not { } context) return null;
        var replayed = 0;
        foreach (var kind in kinds)
        {
            var scope = new LinkScope(flow, kind.Name);
            var rows = record is { } one
                ? await links.FindWorkAsync(scope, [one], cancellation)
                : [.. (await links.WorkAsync(scope, int.MaxValue, cancellation)).Where(row => row.Value.Reason == WorkReason.Dead)];
            if (rows.Count == 0) continue;
            foreach (var some in rows.Chunk(AtOnce)) await list.CommitAsync(scope, [.. some.Select(Again)], cancellation);
            replayed += rows.Count;
            if (!context.Flow.Enabled || !context.Settings.Kind(kind.Name).Enabled) await RunNowAsync(context, kind, rows, cancellation);
        }

        return replayed;
    }

    /// <summary>News of the record that came meanwhile stays as it is: it is due anyway.</summary>
    private LinkUnit Again(Versioned<WorkItem> row) => new()
    {
        DoneWork = [row],
        PutWork = [row.Value with { Reason = WorkReason.Again, DueAt = time.GetUtcNow(), Attempts = 0, Detail = $"Taken up again by hand. Before: {row.Value.Detail}" }],
    };

    /// <summary>Nobody polls what is switched off, so these are done here; the rest of the list waits until it is on again.</summary>
    private async Task RunNowAsync(FlowContext context, KindMap kind, IReadOnlyList<Versioned<WorkItem>> replayed, CancellationToken cancellation)
    {
        var scope = new WorkScope(context, kind, RunMode.Manual, null, 0) { Settings = context.Settings.With(kind.Name, settings => settings with { Enabled = true }) };
        foreach (var some in replayed.Chunk(BatchSync.MaxRecords))
        {
            var rows = await links.FindWorkAsync(scope.Links, [.. some.Select(row => (row.Value.Side, row.Value.RecordId))], cancellation);
            var due = await work.SortAsync(scope, rows, cancellation);
            await work.RunAsync(scope, due.Linked, cancellation);
            await work.RunAsync(scope, due.Unlinked, cancellation);
        }
    }
}
