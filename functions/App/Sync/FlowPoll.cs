using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.DurableTask.Client;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>
/// One poll of a flow: asks each side for changes since the cursor and applies what it finds in place, or starts a run where there
/// is much to do.
/// </summary>
public sealed class FlowPoll(FlowContexts contexts, FlowStore flows, FlowRuns runs, RunStore runStore, RunControl control, SweepSchedule sweeps, PageSync pages, PartNews news, ProjectRequests requests, WorkSync work, DueStore due, BudgetPlan budgets, IntegrationLog log, TimeProvider time)
{
    private static readonly TimeSpan TellEvery = TimeSpan.FromHours(1);

    private static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<(FlowKey, Side, string), DateTimeOffset> _toldAt = [];

    public async Task RunAsync(FlowKey flow, DurableTaskClient client, CancellationToken cancellation)
    {
        var context = await contexts.LoadAsync(flow, cancellation);
        if (context is not { Flow.Enabled: true })
        {
            await TakeOffScheduleAsync(flow, context?.State.Flow, cancellation);
            return;
        }

        await control.ResumeAllAsync(context.State, client, cancellation);
        if (context.Flow.Mode == FlowMode.OneOff)
        {
            // Everything once; its end switches the flow off. Busy means that it is under way.
            await TakeOffScheduleAsync(flow, context.State.Flow, cancellation);
            await runs.RequestAsync(flow, context.Flow.WentLiveAt is null ? RunMode.Import : RunMode.Comprehensive, "one-off", client, cancellation);
            return;
        }

        if (context.Flow is { Mode: FlowMode.OnDemand, WentLiveAt: not null })
        {
            await TakeOffScheduleAsync(flow, context.State.Flow, cancellation);
            return;
        }

        var isBusy = false;
        if (context.Flow.WentLiveAt is null)
        {
            // A flow that nobody set up step by step first takes note of what is there already; busy means that an import does.
            await runs.RequestAsync(flow, RunMode.Inventory, "going live", client, cancellation);
        }
        else
        {
            isBusy = !await PollAsync(context, client, cancellation);
            await sweeps.RunAsync(context, client, cancellation);
        }

        // What waits for the end of a run is looked at soon after it, whatever became of the run; one that waits itself cannot end sooner.
        var next = (await budgets.NextPollAsync(context, cancellation)).Next;
        var soon = time.GetUtcNow() + LookAgain;
        if (context.State.Guard(Lane.Live)?.Value.NotBefore is { } waits && waits > soon) soon = waits;
        await due.PutAsync(flow, isBusy && soon < next ? soon : next, cancellation);
    }

    /// <summary>A flow that somebody has switched on again since it was read would never be polled: whoever switches it on later puts it back himself.</summary>
    private async Task TakeOffScheduleAsync(FlowKey flow, Versioned<Flow>? read, CancellationToken cancellation)
    {
        await due.RemoveAsync(flow, cancellation);
        if (await flows.GetAsync(flow, cancellation) is { Value.Enabled: true } now && now.ETag != read?.ETag) await due.PutAsync(flow, time.GetUtcNow(), cancellation);
    }

    /// <returns>False where a run is under way: then the poll is kept with its guard, and follows it.</returns>
    private async Task<bool> PollAsync(FlowContext context, DurableTaskClient client, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        if (context.State.Guard(Lane.Live)?.Value.IsHeld(now) == true && !await runs.FreeOfDeadRunAsync(context.Key, Lane.Live, client, cancellation))
        {
            await runs.AskAsync(context.Key, RunMode.Delta, "poll", cancellation);
            return false;
        }

        var found = new List<(KindMap Kind, KindWalk Walk, IReadOnlyList<PageSync.SidePage> Pages)>();
        foreach (var kind in context.Pair.TopKinds.Where(kind => context.Settings.Kind(kind.Name).Enabled))
        {
            var walk = KindWalk.Begin(kind.Name);
            var probe = new WorkScope(context, kind, RunMode.Delta, null, 0);
            var read = await Task.WhenAll(Sides.Both.Select(side => FirstNewsAsync(probe, walk, side, cancellation)));

            // A side that cannot be read now is asked again at the next poll; what is read of the other side is not lost either.
            foreach (var page in read) await TellFailureAsync(context, kind, page.Side, page.Failure, now, cancellation);
            if (read.All(page => page.Failure is null)) found.Add((kind, read.Aggregate(walk with { PageNumber = 1 }, (next, page) => next.With(page.Side, page.Walk)), read));
        }

        var changes = found.Sum(item => item.Pages.Sum(page => page.Fresh.Count));
        var dueWork = context.State.Hints.Where(hint => hint.Value.DueAt <= now && context.Settings.Kind(hint.Value.Kind).Enabled).ToList();
        if (changes == 0 && dueWork.Count == 0)
        {
            if (await RunProjectsAsync(context, client, now, cancellation)) return true;
            if (context.State.Guard(Lane.Live) is { Value.IsAsked: true } asked) await runs.WithdrawAsync(context.Key, asked, cancellation);
            return true;
        }

        var needsRun = changes > BatchSync.MaxRecords
            || found.Exists(item => !item.Walk.Done || (context.Pair.Inside(item.Kind).Any() && item.Pages.Any(page => page.Fresh.Count > 0)));

        // Work that is due goes first: where every poll finds enough for a run, it would never have its turn.
        if (!needsRun || dueWork.Count > 0) await RunInPlaceAsync(context, needsRun ? [] : found, dueWork, cancellation);
        if (needsRun) await runs.RequestAsync(context.Key, RunMode.Delta, "poll", client, cancellation);
        else await RunProjectsAsync(context, client, now, cancellation);
        return true;
    }

    /// <summary>Projects that have changed inside, or were asked for, get a run as soon as they may.</summary>
    private async Task<bool> RunProjectsAsync(FlowContext context, DurableTaskClient client, DateTimeOffset now, CancellationToken cancellation)
    {
        if (context.Pair.ProjectKind is null) return false;
        foreach (var (side, kind, failure) in await news.ReadAsync(context, cancellation)) await TellFailureAsync(context, kind, side, failure, now, cancellation);
        var asked = await requests.DueAsync(context.Key, cancellation);
        return asked.Count > 0 && await runs.RequestProjectsAsync(context.Key, asked, "poll", client, cancellation) is RunRequestResult.Started;
    }

    /// <summary>The first page with something that was not handled before, or the last: the newest records stand at the end of a list.</summary>
    private async Task<PageSync.SidePage> FirstNewsAsync(WorkScope scope, KindWalk walk, Side side, CancellationToken cancellation)
    {
        var page = await pages.ReadAsync(scope, walk, side, since: true, cancellation);
        while (page is { Failure: null, Fresh.Count: 0, Walk.Done: false }) page = await pages.ReadAsync(scope, walk.With(side, page.Walk), side, since: true, cancellation);
        return page;
    }

    private async Task RunInPlaceAsync(
        FlowContext context, List<(KindMap Kind, KindWalk Walk, IReadOnlyList<PageSync.SidePage> Pages)> found, List<Versioned<WorkHint>> dueWork, CancellationToken cancellation)
    {
        SyncTrace.Found();
        var (guard, _) = await runs.TakeAsync(context.Key, RunMode.Delta, RunStatus.Syncing, FlowRuns.InPlace, FlowRuns.InPlaceGuardTimeOf(context), cancellation);
        if (guard is not { } held) return;

        // Somebody else had the guard since the pages were read: what they say may be old, and what came after it was handled.
        if (held.Value.Epoch != (context.State.Guard(Lane.Live)?.Value.Epoch ?? 0) + 1) found = [];
        var run = new Run(context.Key, held.Value.Run!.Value, Lane.Live, nameof(RunMode.Delta), FlowRuns.InPlace, time.GetUtcNow());
        var outcome = RunOutcome.Failed;
        try
        {
            foreach (var (kind, walk, sides) in found.Where(item => item.Pages.Any(page => page.Fresh.Count > 0)))
            {
                var scope = new WorkScope(context, kind, RunMode.Delta, run.Id, held.Value.Epoch) { Until = held.Value.Until ?? DateTimeOffset.MaxValue };
                var page = await pages.ApplyAsync(scope, walk, sides, since: true, cancellation);
                run = run with { Counts = RunJournal.Plus(run, kind.Name, page.Counts) };
            }

            foreach (var hint in dueWork)
            {
                if (context.Pair.FindKind(hint.Value.Kind) is not { } kind) continue;
                var scope = new WorkScope(context, kind, RunMode.Delta, run.Id, held.Value.Epoch) { Until = held.Value.Until ?? DateTimeOffset.MaxValue };
                run = run with { Counts = RunJournal.Plus(run, kind.Name, await work.RunAsync(scope, hint, cancellation)) };
            }

            outcome = run.Counts.Values.Any(counts => counts.Failed > 0) ? RunOutcome.SucceededWithErrors : RunOutcome.Succeeded;
        }
        finally
        {
            await runs.ReleaseAsync(context.Key, RunMode.Delta, run.Id, held.Value.Epoch, CancellationToken.None);
            if (run.Counts.Values.Any(HasEffects) || outcome == RunOutcome.Failed)
            {
                await runStore.InsertAsync(run with { EndedAt = time.GetUtcNow(), Outcome = outcome }, CancellationToken.None);
            }
        }
    }

    /// <summary>A side that cannot be read is worth a line, but not one at every poll.</summary>
    private async Task TellFailureAsync(FlowContext context, KindMap kind, Side side, VendorFailure? failure, DateTimeOffset now, CancellationToken cancellation)
    {
        var key = (context.Key, side, kind.Name);
        if (failure is null)
        {
            _toldAt.TryRemove(key, out _);
            return;
        }

        SyncTrace.Found();
        Activity.Current?.SetTag("error.type", failure.Kind.ToString());
        if (_toldAt.TryGetValue(key, out var told) && now - told < TellEvery) return;
        _toldAt[key] = now;
        await log.AppendAsync(context.Key, [Story.OfPollFailure(context.On(side).Connector.Catalog, kind, side, failure, now)], cancellation);
    }

    private static bool HasEffects(KindCounts counts) => counts is not { Created: 0, Updated: 0, Archived: 0, Linked: 0, Failed: 0, Conflicts: 0, Held: 0, Parked: 0 };
}
