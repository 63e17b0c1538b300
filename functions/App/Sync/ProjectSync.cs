using System.Collections.Immutable;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>
/// What lives inside projects, one run per project at a time. A project that is under way, or cools down after its last delta, is requested:
/// its guard says so, and it is looked at when it may run.
/// </summary>
public sealed class ProjectSync(BatchSync batches, PartSync parts, ProjectStore store, LinkStore links, WorkList list, IntegrationLog log, TimeProvider time)
{
    /// <summary>Projects of one piece of work that are read at the same time.</summary>
    private const int ProjectsAtOnce = 4;

    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromMinutes(1);

    /// <summary>A project that could not be read is tried again after this, unless the vendor says when.</summary>
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMinutes(5);

    /// <param name="scope">Of a run; the kind is of no account.</param>
    /// <param name="kinds">Kinds that live inside the same kind.</param>
    /// <param name="projects">Links of the kind that holds them.</param>
    /// <param name="work">Rows of the work list that asked for it, by project.</param>
    /// <returns>What was done, by kind.</returns>
    public async Task<ImmutableSortedDictionary<string, KindCounts>> RunAsync(
        WorkScope scope, IReadOnlyList<KindMap> kinds, IReadOnlyList<LinkId> projects, CancellationToken cancellation, ILookup<LinkId?, Versioned<WorkItem>>? work = null)
    {
        if (projects.Count == 0 || kinds.Count == 0) return CountsByKind.None;
        var (insides, own) = (kinds.Where(kind => kind.Parent is not null).ToList(), kinds.Where(kind => kind.PartOf is not null).ToList());
        if (scope.Mode == RunMode.DryRun) return await PlanAsync(scope, insides, own, projects, cancellation);
        var run = scope.Run ?? throw new ArgumentException("Projects are guarded for a run.", nameof(scope));
        var known = await store.FindAsync(scope.Flow.Key, projects, cancellation);
        var taken = new List<Taken>();
        var later = new List<(LinkId Project, DateTimeOffset DueAt)>();
        var writes = new List<(Project Project, Versioned<Project>? Before)>();
        var now = time.GetUtcNow();
        foreach (var link in projects.Distinct())
        {
            var before = known.TryGetValue(link, out var found) ? found : (Versioned<Project>?)null;
            var project = before?.Value ?? new Project(link);
            var mode = ModeOf(scope, project);
            var mayBegin = project.Guard is not { } cooling || cooling.Run == run || scope.Mode != RunMode.Delta || cooling.MayBegin(now);
            if (mayBegin && RunStatusMachine.Take(project.Guard, Lane.Live, run, RunStatus.Syncing, mode.ToString(), project.Guard?.Trigger, now, FlowRuns.GuardTime) is { } guard)
            {
                taken.Add(new Taken(project with { Guard = guard }, mode));
                writes.Add((project with { Guard = guard }, before));
                continue;
            }

            var asked = project with { Guard = RunStatusMachine.Ask(project.Guard, Lane.Live, scope.Mode.ToString(), null, now) };
            if (asked != before?.Value) writes.Add((asked, before));
            later.Add((link, mayBegin ? project.Guard?.Until ?? now + AskAgainAfter : asked.Guard.NotBefore!.Value));
        }

        var written = await store.ReplaceAsync(scope.Flow.Key, writes, cancellation);
        var lost = writes.Where((_, i) => !written[i]).Select(write => write.Project.Link).ToHashSet();
        later.AddRange(taken.Where(item => lost.Contains(item.Project.Link)).Select(item => (item.Project.Link, now + AskAgainAfter)));
        taken.RemoveAll(item => lost.Contains(item.Project.Link));
        await PutOffAsync(scope, insides, later, cancellation);
        var counts = CountsByKind.None.Plus(kinds[0].Name, KindCounts.None with { Skipped = later.Count });
        if (taken.Count == 0) return counts;

        try
        {
            foreach (var kind in insides) counts = counts.Plus(kind.Name, (await batches.RunInsideAsync(scope with { Kind = kind }, taken.ConvertAll(item => item.Project.Link), cancellation, work)).Counts);
            if (own.Count > 0) counts = counts.Plus(await RunPartsAsync(scope, own, taken, cancellation));
            return counts;
        }
        finally
        {
            await ReleaseAsync(scope, taken, CancellationToken.None);
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
        var asked = (await store.FindAsync(scope.Flow.Key, due, cancellation)).Values.Where(project => project.Value.IsAsked).ToDictionary(project => project.Value.Link);
        var ready = due.Where(project => scope.Run is not null && asked.TryGetValue(project, out var found) && found.Value.Guard!.MayBegin(now)).ToList();
        var counts = (await RunAsync(scope, [scope.Kind], ready, cancellation, work)).Values.Aggregate(KindCounts.None, KindCounts.Add);
        var single = due.Except(ready).ToList();
        if (single.Count == 0) return new BatchOutcome(counts, []);
        var outcome = await batches.RunInsideAsync(scope, single, cancellation, work);

        // All of it was looked at, so what was asked for is done too.
        var done = single.Where(asked.ContainsKey).Select(project => (asked[project].Value with { Guard = RunStatusMachine.Withdraw(asked[project].Value.Guard!, now) }, (Versioned<Project>?)asked[project])).ToList();
        if (done.Count > 0) await store.ReplaceAsync(scope.Flow.Key, done, cancellation);
        return outcome with { Counts = outcome.Counts + counts };
    }

    /// <summary>Nothing is written, so nobody is in the way.</summary>
    private async Task<ImmutableSortedDictionary<string, KindCounts>> PlanAsync(WorkScope scope, List<KindMap> insides, List<KindMap> own, IReadOnlyList<LinkId> projects, CancellationToken cancellation)
    {
        var counts = CountsByKind.None;
        foreach (var kind in insides) counts = counts.Plus(kind.Name, (await batches.RunInsideAsync(scope with { Kind = kind, PlanPage = DryRun.PageOf(scope.Flow, kind, 'i', projects[0].Value) }, projects, cancellation)).Counts);
        if (own.Count == 0) return counts;
        foreach (var link in (await ActiveAsync(scope, own, projects, cancellation)).Values) counts = counts.Plus((await parts.RunAsync(scope, link, [], own, cancellation)).Counts);
        return counts;
    }

    /// <summary>Each by itself: what one cannot be read of is said of that one, and is no matter of the others.</summary>
    private async Task<ImmutableSortedDictionary<string, KindCounts>> RunPartsAsync(WorkScope scope, List<KindMap> own, List<Taken> taken, CancellationToken cancellation)
    {
        var active = await ActiveAsync(scope, own, taken.ConvertAll(item => item.Project.Link), cancellation);
        var counts = CountsByKind.None;
        await Concurrent.ForEachAsync(taken, ProjectsAtOnce, async (item, token) =>
        {
            if (!active.TryGetValue(item.Project.Link, out var link)) return;
            var ofProject = scope with { Mode = item.Mode, Until = item.Project.Guard!.Until!.Value };
            item.Result = await parts.RunAsync(ofProject, link, item.Project.Cursors, own, token);
            var failed = item.Result.Failure is null ? KindCounts.None : KindCounts.None with { Failed = 1 };
            lock (taken) counts = counts.Plus(item.Result.Counts).Plus(own[0].Name, failed);
            if (item.Result.Failure is { } failure) await TellAsync(ofProject, link, failure, token);
        }, cancellation);
        return counts;
    }

    private async Task<Dictionary<LinkId, Link>> ActiveAsync(WorkScope scope, List<KindMap> own, IReadOnlyList<LinkId> projects, CancellationToken cancellation)
    {
        var loaded = await links.LoadAsync(new LinkScope(scope.Flow.Key, own[0].PartOf!), projects, cancellation);
        return loaded.Values.Where(link => link.Value is { State: LinkState.Active, LeftId: not null, RightId: not null }).ToDictionary(link => link.Value.Id, link => link.Value);
    }

    private Task TellAsync(WorkScope scope, Link link, VendorFailure failure, CancellationToken cancellation) => log.AppendAsync(
        scope.Flow.Key,
        [
            new LogEntry(time.GetUtcNow(), LogSeverity.Error, "project-failed", $"What is inside the project could not be read: {failure.Message}")
            {
                Kind = link.Kind,
                Side = Side.Left,
                RecordId = link.LeftId,
                LinkId = link.Id,
                RunId = scope.Run,
                WhatToDo = failure.IsPassing ? "It is tried again by itself." : "Mend the cause, then synchronise the project by hand.",
            },
        ],
        cancellation);

    private async Task ReleaseAsync(WorkScope scope, List<Taken> taken, CancellationToken cancellation)
    {
        var open = taken;
        while (open.Count > 0)
        {
            var held = await store.FindAsync(scope.Flow.Key, open.ConvertAll(item => item.Project.Link), cancellation);
            var mine = open.Where(item => held.TryGetValue(item.Project.Link, out var now) && now.Value.Guard is { } guard && guard.Run == item.Project.Guard!.Run && guard.Epoch == item.Project.Guard.Epoch).ToList();
            var written = await store.ReplaceAsync(scope.Flow.Key, mine.ConvertAll(item => (Done(scope, item, held[item.Project.Link].Value), (Versioned<Project>?)held[item.Project.Link])), cancellation);
            open = mine.Where((_, i) => !written[i]).ToList();
        }
    }

    private Project Done(WorkScope scope, Taken item, Project held)
    {
        var now = time.GetUtcNow();
        var failure = item.Result?.Failure;
        var coolDown = failure is null && item.Mode == RunMode.Delta ? scope.Settings.CoolDown : TimeSpan.Zero;
        var free = held with { Guard = RunStatusMachine.Finish(held.Guard!, now, coolDown), Problem = failure?.Message };
        if (failure is { IsPassing: true })
            free = free with { Guard = RunStatusMachine.Ask(free.Guard!, Lane.Live, item.Mode.ToString(), "retry", now) with { NotBefore = failure.Until ?? now + AfterFailure, Detail = failure.Message } };
        if (item.Result is null || failure is not null) return free;
        free = free with { Cursors = item.Result.Cursors, ImportedAt = free.ImportedAt ?? now };
        return item.Mode == RunMode.Delta ? free with { DeltaAt = now } : free with { ComprehensiveAt = now };
    }

    /// <summary>A run does for a project what was asked for it, if that is more.</summary>
    private static RunMode ModeOf(WorkScope scope, Project project) =>
        project is { IsAsked: true, Guard.Mode: nameof(RunMode.Comprehensive) } && scope.Mode == RunMode.Delta ? RunMode.Comprehensive : scope.Mode;

    private sealed class Taken(Project project, RunMode mode)
    {
        public Project Project { get; } = project;

        public RunMode Mode { get; } = mode;

        public PartsResult? Result { get; set; }
    }

    /// <summary>Whatever else happens, they are planned again at that time.</summary>
    private async Task PutOffAsync(WorkScope scope, IReadOnlyList<KindMap> kinds, List<(LinkId Project, DateTimeOffset DueAt)> later, CancellationToken cancellation)
    {
        if (later.Count == 0 || kinds.Count == 0) return;
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
