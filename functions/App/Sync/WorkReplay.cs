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
            if (!context.Flow.Enabled || !context.Settings.Kind(kind.Name).Enabled) await RunNowAsync(flow, kind, cancellation);
        }

        return replayed;
    }

    /// <summary>News of the record that came meanwhile stays as it is: it is due anyway.</summary>
    private LinkUnit Again(Versioned<WorkItem> row) => new()
    {
        DoneWork = [row],
        PutWork = [row.Value with { Reason = WorkReason.Again, DueAt = time.GetUtcNow(), Attempts = 0, Detail = $"Taken up again by hand. Before: {row.Value.Detail}" }],
    };

    /// <summary>Nobody polls what is switched off, so it is done here.</summary>
    private async Task RunNowAsync(FlowKey flow, KindMap kind, CancellationToken cancellation)
    {
        if (await contexts.LoadAsync(flow, cancellation) is not { } context || context.State.Hint(kind.Name) is not { } hint) return;
        var scope = new WorkScope(context, context.Pair.Kind(kind.Name), RunMode.Manual, null, 0) { Settings = context.Settings.With(kind.Name, settings => settings with { Enabled = true }) };
        await work.RunAsync(scope, hint, cancellation);
    }
}
