using SyncFunctions.App.Reactions;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>
/// Everything that waits gets its row here. The hint that brings somebody to the list is written before the work, so that no crash
/// leaves work that nobody looks for, and once more after it, so that nobody who looked in between takes the hint away.
/// </summary>
public sealed class WorkList(LinkStore links, FlowStore flows, AppQueues queues, TimeProvider time)
{
    /// <summary>What is due later than that is early enough by the next poll.</summary>
    private static readonly TimeSpan WakesWithin = TimeSpan.FromHours(1);

    /// <summary>What is to be planned again is not at once: whatever came in between has had its turn by then.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public Task<IReadOnlyList<CommitResult>> CommitAsync(WorkScope scope, IReadOnlyList<LinkUnit> units, CancellationToken cancellation) =>
        CommitAsync(scope.Links, units, cancellation, scope.Flow.State.Hint(scope.Kind.Name));

    /// <summary>Units, of which some leave work behind.</summary>
    /// <param name="known">The hint as it was read lately, to save a look.</param>
    public async Task<IReadOnlyList<CommitResult>> CommitAsync(LinkScope scope, IReadOnlyList<LinkUnit> units, CancellationToken cancellation, Versioned<WorkHint>? known = null)
    {
        if (units.Count == 0) return [];
        IReadOnlyList<WorkItem> items = [.. units.SelectMany(unit => unit.PutWork)];
        IReadOnlyList<CommitResult> results = [];
        await StoreAsync(scope, [.. items.Select(item => item.DueAt), .. units.SelectMany(unit => unit.Events).Select(told => told.DueAt)], known, async () => results = await links.CommitAsync(scope, units, cancellation), cancellation);
        var linked = await LinkedMeanwhileAsync(scope, items, cancellation);
        if (linked.Count > 0) await CommitAsync(scope, linked.ConvertAll(item => new LinkUnit { PutWork = [item] }), cancellation, known);
        return results;
    }

    /// <summary>Rows, whatever they said before.</summary>
    public Task PutAsync(LinkScope scope, IReadOnlyList<WorkItem> items, CancellationToken cancellation) =>
        items.Count == 0 ? Task.CompletedTask : StoreAsync(scope, items.Select(item => item.DueAt), known: null, () => links.PutWorkAsync(scope, items, cancellation), cancellation);

    /// <summary>Has records looked at at once, since others wait for them.</summary>
    public async Task FetchAsync(FlowKey flow, IReadOnlyCollection<AwaitedRecord> wanted, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        foreach (var kind in wanted.Distinct().GroupBy(record => record.Kind))
        {
            var scope = new LinkScope(flow, kind.Key);
            List<WorkItem> items = [.. kind.Select(record => new WorkItem(kind.Key, record.Side, record.RecordId, WorkReason.Again, now) { FirstAt = now, Detail = "Another record refers to it.", Trace = SyncTrace.Parent })];
            await StoreAsync(scope, items.Select(item => item.DueAt), known: null, () => links.NoteWorkAsync(scope, items, cancellation), cancellation);
        }
    }

    private async Task StoreAsync(LinkScope scope, IEnumerable<DateTimeOffset> times, Versioned<WorkHint>? known, Func<Task> store, CancellationToken cancellation)
    {
        var due = times.Where(at => at < DateTimeOffset.MaxValue).ToList();
        if (due.Count == 0)
        {
            await store();
            return;
        }

        var hint = await flows.EnsureHintAsync(scope.Flow, scope.Kind, due.Min(), cancellation, known);
        await store();
        await flows.TouchHintAsync(scope.Flow, hint, cancellation);

        // Where the list is looked at sooner than that, a message for that time is on its way, and who looks then sends the next one.
        if (hint.Value.DueAt >= due.Min()) await WakeAsync(scope.Flow, scope.Kind, due.Min(), cancellation);
    }

    /// <summary>
    /// What waits for a record that was linked before the row was there: whoever linked it has not seen the row. Once it is due at once, it
    /// says no more for what it waits.
    /// </summary>
    private async Task<List<WorkItem>> LinkedMeanwhileAsync(LinkScope scope, IReadOnlyList<WorkItem> items, CancellationToken cancellation)
    {
        var found = new List<WorkItem>();
        foreach (var awaited in items.Where(item => item.Awaits is not null).GroupBy(item => (item.Awaits!.Kind, item.Awaits.Side)))
        {
            var kind = scope with { Kind = awaited.Key.Kind };
            var entries = await links.FindAsync(kind, awaited.Key.Side, [.. awaited.Select(item => item.Awaits!.RecordId).Distinct()], cancellation);
            var loaded = await links.LoadAsync(kind, [.. entries.Values.Select(entry => entry.Value.Link).OfType<LinkId>().Distinct()], cancellation);
            found.AddRange(
                from item in awaited
                where entries.TryGetValue(item.Awaits!.RecordId, out var entry) && entry.Value is { Tombstone: false, Link: { } link } && loaded.TryGetValue(link, out var known) && known.Value.State == LinkState.Active
                select Released(item));
        }

        return found;
    }

    /// <summary>Makes sure that somebody looks at these rows, which are there already.</summary>
    public async Task HintAsync(WorkScope scope, IReadOnlyList<WorkItem> rows, CancellationToken cancellation)
    {
        var due = rows.Select(item => item.DueAt).Where(at => at < DateTimeOffset.MaxValue).ToList();
        if (due.Count > 0) await flows.EnsureHintAsync(scope.Flow.Key, scope.Kind.Name, due.Min(), cancellation);
    }

    /// <summary>After the due work was done: on to the next due time, and whoever looks then is woken.</summary>
    /// <param name="hint">As it was read before the list was.</param>
    public async Task MoveHintAsync(WorkScope scope, Versioned<WorkHint> hint, CancellationToken cancellation)
    {
        if (await TryMoveHintAsync(scope, hint, cancellation)) return;

        // What was put off just now has changed it, too.
        if (await flows.GetHintAsync(scope.Flow.Key, scope.Kind.Name, cancellation) is not { } changed || await TryMoveHintAsync(scope, changed, cancellation)) return;

        // Something comes at this moment: it is looked at once more.
        await WakeAsync(scope.Flow.Key, scope.Kind.Name, time.GetUtcNow(), cancellation);
    }

    private async Task<bool> TryMoveHintAsync(WorkScope scope, Versioned<WorkHint> hint, CancellationToken cancellation)
    {
        var left = await links.WorkAsync(scope.Links, BatchSync.MaxRecords * 5, cancellation);
        var open = left.Select(work => work.Value.DueAt).Where(at => at < DateTimeOffset.MaxValue).ToList();
        if (!scope.Settings.Reactions.IsEmpty) open.AddRange((await links.EventsAsync(scope.Links, ReactionWork.AtATime, cancellation)).Select(told => told.Value.DueAt));
        DateTimeOffset? next = open.Count == 0 ? null : open.Min();
        if (!await flows.ResetHintAsync(scope.Flow.Key, hint, next, cancellation)) return false;
        if (next is { } dueAt) await WakeAsync(scope.Flow.Key, scope.Kind.Name, dueAt, cancellation);
        return true;
    }

    /// <summary>Due at once, and waiting for nothing.</summary>
    public WorkItem Released(WorkItem item) => item with { DueAt = time.GetUtcNow(), Awaits = null, Detail = "What it waited for is linked." };

    /// <summary>Makes it sooner than the next poll; where the message is lost, that does it.</summary>
    private async Task WakeAsync(FlowKey flow, string kind, DateTimeOffset dueAt, CancellationToken cancellation)
    {
        var wait = dueAt - time.GetUtcNow();
        if (wait > WakesWithin) return;
        await queues.SendAsync(new ChangeMessage(flow.Tenant.Value, flow.Flow.Value, [kind]), wait < Pause ? Pause : TimeSpan.FromSeconds(Math.Ceiling(wait.TotalSeconds)), cancellation);
    }
}
