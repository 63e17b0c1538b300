using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>
/// What lives inside projects, one run per project at a time. A project that is under way, or cools down after its last delta, is requested:
/// its guard says so, and it is on the work list for the time when it may run.
/// </summary>
public sealed class ProjectSync(BatchSync batches, FlowStore flows, LinkStore links, WorkList list, TimeProvider time)
{
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromMinutes(1);

    /// <param name="scope">Of a run; the kind is of no account.</param>
    /// <param name="kinds">Kinds that live inside the same kind.</param>
    /// <param name="projects">Links of the kind that holds them.</param>
    /// <param name="work">Rows of the work list that asked for it, by project.</param>
    public async Task<KindCounts> RunAsync(
        WorkScope scope, IReadOnlyList<KindMap> kinds, IReadOnlyList<LinkId> projects, CancellationToken cancellation, ILookup<LinkId?, Versioned<WorkItem>>? work = null)
    {
        if (projects.Count == 0 || kinds.Count == 0) return KindCounts.None;
        if (scope.Mode == RunMode.DryRun) return await PlanAsync(scope, kinds, projects, cancellation);
        var run = scope.Run ?? throw new ArgumentException("Projects are guarded for a run.", nameof(scope));
        var lane = FlowRuns.LaneOf(scope.Mode);
        var known = await flows.GetProjectGuardsAsync(scope.Flow.Key, lane, [.. projects.Select(project => project.Value)], cancellation);
        var taken = new List<(LinkId Project, Guard Guard)>();
        var later = new List<(LinkId Project, DateTimeOffset DueAt)>();
        var writes = new List<(LinkId Project, Guard Guard, Azure.ETag? Expected)>();
        var now = time.GetUtcNow();
        foreach (var project in projects.Distinct())
        {
            var before = known.TryGetValue(project.Value, out var found) ? found : (Versioned<Guard>?)null;
            var mayBegin = before is not { } cooling || cooling.Value.Run == run || scope.Mode != RunMode.Delta || cooling.Value.MayBegin(now);
            if (mayBegin && RunStatusMachine.Take(before?.Value, lane, project.Value, run, RunStatus.Syncing, scope.Mode.ToString(), null, now, FlowRuns.GuardTime) is { } guard)
            {
                taken.Add((project, guard));
                writes.Add((project, guard, before?.ETag));
                continue;
            }

            var asked = RunStatusMachine.Ask(before?.Value, lane, project.Value, scope.Mode.ToString(), null, now);
            if (asked != before?.Value) writes.Add((project, asked, before?.ETag));
            later.Add((project, mayBegin ? before?.Value.Until ?? now + AskAgainAfter : asked.NotBefore!.Value));
        }

        var written = await flows.ReplaceGuardsAsync(scope.Flow.Key, writes.ConvertAll(write => (write.Guard, write.Expected)), cancellation);
        var lost = writes.Where((_, i) => !written[i]).Select(write => write.Project).ToHashSet();
        later.AddRange(taken.Where(item => lost.Contains(item.Project)).Select(item => (item.Project, now + AskAgainAfter)));
        taken.RemoveAll(item => lost.Contains(item.Project));
        await PutOffAsync(scope, kinds, later, cancellation);
        var counts = KindCounts.None with { Skipped = later.Count };
        if (taken.Count == 0) return counts;

        try
        {
            foreach (var kind in kinds) counts += (await batches.RunInsideAsync(scope with { Kind = kind }, taken.ConvertAll(item => item.Project), cancellation, work)).Counts;
            return counts;
        }
        finally
        {
            await ReleaseAsync(scope, lane, taken, CancellationToken.None);
        }
    }

    /// <summary>What is due on the work list of a kind. A change of a single record waits for no cool-down; a project that was put off takes its guard.</summary>
    /// <param name="work">Rows by project.</param>
    public async Task<BatchOutcome> RunDueAsync(WorkScope scope, ILookup<LinkId?, Versioned<WorkItem>> work, CancellationToken cancellation)
    {
        var due = work.Select(rows => rows.Key).OfType<LinkId>().ToList();
        if (due.Count == 0) return BatchOutcome.Nothing;
        var mayBeAsked = scope.Settings.CoolDown > TimeSpan.Zero || due.Exists(project => work[project].Any(row => row.Value.Reason == WorkReason.Again));
        if (!mayBeAsked) return await batches.RunInsideAsync(scope, due, cancellation, work);

        var now = time.GetUtcNow();
        var guards = await flows.GetProjectGuardsAsync(scope.Flow.Key, Lane.Live, [.. due.Select(project => project.Value)], cancellation);
        var asked = guards.Values.Where(guard => guard.Value.IsAsked).ToDictionary(guard => new LinkId(guard.Value.Project!));
        var ready = due.Where(project => scope.Run is not null && asked.TryGetValue(project, out var guard) && guard.Value.MayBegin(now)).ToList();
        var counts = await RunAsync(scope, [scope.Kind], ready, cancellation, work);
        var single = due.Except(ready).ToList();
        if (single.Count == 0) return new BatchOutcome(counts, []);
        var outcome = await batches.RunInsideAsync(scope, single, cancellation, work);

        // All of it was looked at, so what was asked for is done too.
        var done = single.Where(asked.ContainsKey).Select(project => (RunStatusMachine.Withdraw(asked[project].Value, now), (Azure.ETag?)asked[project].ETag)).ToList();
        if (done.Count > 0) await flows.ReplaceGuardsAsync(scope.Flow.Key, done, cancellation);
        return outcome with { Counts = outcome.Counts + counts };
    }

    /// <summary>Nothing is written, so nobody is in the way.</summary>
    private async Task<KindCounts> PlanAsync(WorkScope scope, IReadOnlyList<KindMap> kinds, IReadOnlyList<LinkId> projects, CancellationToken cancellation)
    {
        var counts = KindCounts.None;
        foreach (var kind in kinds) counts += (await batches.RunInsideAsync(scope with { Kind = kind, PlanPage = DryRun.PageOf(scope.Flow, kind, 'i', projects[0].Value) }, projects, cancellation)).Counts;
        return counts;
    }

    private async Task ReleaseAsync(WorkScope scope, Lane lane, List<(LinkId Project, Guard Guard)> taken, CancellationToken cancellation)
    {
        var coolDown = scope.Mode == RunMode.Delta ? scope.Settings.CoolDown : TimeSpan.Zero;
        var open = taken;
        while (open.Count > 0)
        {
            var held = await flows.GetProjectGuardsAsync(scope.Flow.Key, lane, open.ConvertAll(item => item.Project.Value), cancellation);
            var mine = open.Where(item => held.TryGetValue(item.Project.Value, out var guard) && guard.Value.Run == item.Guard.Run && guard.Value.Epoch == item.Guard.Epoch).ToList();
            var free = mine.ConvertAll(item => (RunStatusMachine.Finish(held[item.Project.Value].Value, time.GetUtcNow(), coolDown), (Azure.ETag?)held[item.Project.Value].ETag));
            var written = await flows.ReplaceGuardsAsync(scope.Flow.Key, free, cancellation);
            open = mine.Where((_, i) => !written[i]).ToList();
        }
    }

    /// <summary>Whatever else happens, they are planned again at that time.</summary>
    private async Task PutOffAsync(WorkScope scope, IReadOnlyList<KindMap> kinds, List<(LinkId Project, DateTimeOffset DueAt)> later, CancellationToken cancellation)
    {
        if (later.Count == 0) return;
        var parents = await links.LoadAsync(new LinkScope(scope.Flow.Key, kinds[0].Parent!), later.ConvertAll(item => item.Project), cancellation);
        var now = time.GetUtcNow();
        foreach (var kind in kinds)
        {
            var work = (from item in later
                        where parents.ContainsKey(item.Project)
                        let left = parents[item.Project].Value.LeftId
                        where left is not null
                        select new WorkItem(kind.Name, Side.Left, left, WorkReason.Again, item.DueAt)
                        {
                            FirstAt = now,
                            Link = item.Project,
                            Detail = "Its project was synchronised just now, or still is.",
                        }).ToList();
            await list.PutAsync(scope.Flow.Links(kind), work, cancellation);
        }
    }
}
