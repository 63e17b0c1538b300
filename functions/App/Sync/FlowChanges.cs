using SyncFunctions.App.Reactions;
using SyncFunctions.App.Telemetry;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>
/// Does what stands on a flow's work list, in place, beside whatever else the flow does. A linked record is protected by its link,
/// which every writer replaces only as it was read; unlinked ones wait for a run that is under way, since two workers that each see
/// one of two new records that belong together would create both again.
/// </summary>
public sealed class FlowChanges(FlowContexts contexts, FlowStore flows, FlowRuns runs, WorkSync work, ReactionWork reactions, WorkList list, LinkStore links, AppQueues queues, Tracing tracing, TimeProvider time)
{
    private static readonly TimeSpan LongestPutOff = TimeSpan.FromSeconds(30);

    public async Task RunAsync(ChangeMessage message, CancellationToken cancellation)
    {
        if (await contexts.LoadAsync(Key(message), cancellation) is not { } flow) return;
        if (flow.Flow is not { Enabled: true, Mode: FlowMode.Continuous, WentLiveAt: not null })
        {
            await LeaveToPollAsync(message, cancellation);
            return;
        }

        using var piece = tracing.Begin("change", flow.Key, message.Trace);
        var unlinked = new List<(WorkScope Scope, WorkSync.Due Due)>();
        var hints = new List<(WorkScope Scope, Versioned<WorkHint> Hint)>();
        foreach (var kind in flow.Pair.Kinds.Where(kind => flow.Settings.Kind(kind.Name).Enabled))
        {
            var scope = new WorkScope(flow, kind, RunMode.Delta, null, flow.State.Guard(Lane.Live)?.Value.Epoch ?? 0);
            var rows = await RowsAsync(message, scope, hints, cancellation);
            if (rows.Count == 0) continue;
            piece.Serves(rows);
            var due = await work.SortAsync(scope, rows, cancellation);
            await work.RunAsync(scope, due.Linked, cancellation);
            if (due.Unlinked.Rows.Count > 0) unlinked.Add((scope, due.Unlinked));
        }

        if (unlinked.Count > 0) await RunUnlinkedAsync(message, flow, unlinked, cancellation);
        foreach (var (scope, hint) in hints)
        {
            await reactions.RunAsync(scope, cancellation);
            await list.MoveHintAsync(scope, hint, cancellation);
        }
    }

    /// <summary>Nothing is done now; what is on the list is found there by the next poll of a flow that is switched on.</summary>
    public async Task LeaveToPollAsync(ChangeMessage message, CancellationToken cancellation)
    {
        foreach (var kind in message.Records.Select(record => record.Kind).Union(message.Kinds)) await flows.EnsureHintAsync(Key(message), kind, time.GetUtcNow(), cancellation);
    }

    private static FlowKey Key(ChangeMessage message) => new(new TenantId(message.Tenant), new FlowId(message.Flow));

    /// <summary>The rows of the message that are still there, and what is due besides where the message says to look.</summary>
    private async Task<IReadOnlyList<Versioned<WorkItem>>> RowsAsync(
        ChangeMessage message, WorkScope scope, List<(WorkScope Scope, Versioned<WorkHint> Hint)> hints, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        if (message.Kinds.Contains(scope.Kind.Name) && scope.Flow.State.Hint(scope.Kind.Name) is { } hint && hint.Value.DueAt <= now)
        {
            hints.Add((scope, hint));
            return await links.DueWorkAsync(scope.Links, now, BatchSync.MaxRecords, cancellation);
        }

        var named = message.Records.Where(record => record.Kind == scope.Kind.Name).Select(record => (record.Side, record.RecordId())).ToList();
        return named.Count == 0 ? [] : await links.FindWorkAsync(scope.Links, named, cancellation);
    }

    private async Task RunUnlinkedAsync(ChangeMessage message, FlowContext flow, List<(WorkScope Scope, WorkSync.Due Due)> unlinked, CancellationToken cancellation)
    {
        var (guard, _) = await runs.TakeAsync(flow.Key, RunMode.Delta, RunStatus.Syncing, FlowRuns.InPlace, FlowRuns.InPlaceGuardTimeOf(flow), cancellation);
        if (guard is not { } held)
        {
            await PutOffAsync(message, flow.Key, unlinked, cancellation);
            return;
        }

        try
        {
            foreach (var (scope, due) in unlinked) await work.RunAsync(scope with { Epoch = held.Value.Epoch, Until = held.Value.Until ?? DateTimeOffset.MaxValue }, due, cancellation);
        }
        finally
        {
            await runs.ReleaseAsync(flow.Key, RunMode.Delta, held.Value.Run!.Value, held.Value.Epoch, CancellationToken.None);
        }
    }

    /// <summary>On the list they are safe; the message only makes it sooner.</summary>
    private async Task PutOffAsync(ChangeMessage message, FlowKey flow, List<(WorkScope Scope, WorkSync.Due Due)> unlinked, CancellationToken cancellation)
    {
        var items = unlinked.SelectMany(rest => rest.Due.Rows).Select(row => row.Value).ToList();
        foreach (var kind in items.Select(item => item.Kind).Distinct()) await flows.EnsureHintAsync(flow, kind, time.GetUtcNow(), cancellation);
        var delay = TimeSpan.FromSeconds(Math.Min(LongestPutOff.TotalSeconds, 1 << Math.Min(message.PutOff, 5)));
        foreach (var rest in ChangeMessage.Of(flow, items)) await queues.SendAsync(rest with { PutOff = message.PutOff + 1 }, delay, cancellation);
    }
}
