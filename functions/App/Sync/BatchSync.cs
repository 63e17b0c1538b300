using System.Collections.Immutable;
using SyncFunctions.App.Notices;
using SyncFunctions.App.Telemetry;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>Plans and applies up to a hundred records of one kind: the one place where a change goes all the way.</summary>
public sealed class BatchSync
{
    public const int MaxRecords = 100;

    /// <summary>Calls of one batch that are under way at the same time.</summary>
    internal const int ReadsAtOnce = 8;

    private readonly LinkStore _links;
    private readonly CaseLoader _loader;
    private readonly CandidateSearch _search;
    private readonly CaseApplier _applier;
    private readonly IntentRecovery _recovery;
    private readonly References _references;
    private readonly PartHolders _holders;
    private readonly DryRun _dry;
    private readonly SharedLocks _shared;
    private readonly TimeProvider _time;

    public BatchSync(LinkStore links, WorkList work, Parking parking, SharedLocks shared, Brakes brakes, ProjectBook book, ConflictStore conflicts, PlanStore plans, IntegrationLog log, ActivityCounter activity, NoticeBursts bursts, SyncMetrics metrics, IdSource ids, TimeProvider time)
    {
        _dry = new DryRun(plans);
        _links = links;
        _time = time;
        _shared = shared;
        _references = new References(links);
        _holders = new PartHolders(links);
        _loader = new CaseLoader(links, _references, time);
        _search = new CandidateSearch(links, _references);
        var units = new CaseUnits(ids, time);
        _applier = new CaseApplier(links, work, parking, units, new VendorWrites(links, work, shared, _references, units, log, activity, ids, time), brakes, book, conflicts, log, bursts, metrics, time);
        _recovery = new IntentRecovery(links, _references, log, time);
    }

    /// <summary>Records of a kind of their own, as a poll, a sweep, the work list or a person brought them.</summary>
    public async Task<BatchOutcome> RunAsync(WorkScope scope, IReadOnlyList<SourceRecord> sources, CancellationToken cancellation)
    {
        var outcome = BatchOutcome.Nothing;
        foreach (var (number, chunk) in sources.Chunk(AtOnce(scope, sources)).Index())
        {
            var batch = new Batch(scope with { PlanPage = $"{scope.PlanPage}.{number:D3}" }, _applier);
            var cases = await _loader.LoadAsync(scope, chunk, cancellation);
            var handled = cases.Count;
            if (scope.Mode == RunMode.Comprehensive) await TakeUpDeadAsync(scope, cases, cancellation);
            if (scope.Mode == RunMode.Inventory) outcome += await _applier.NoteAsync(scope, cases, cancellation);
            else outcome += await ContinueAsync(batch, cases, cancellation);

            // An import that goes on after a crash has done these already.
            if (scope.Mode == RunMode.Import) outcome += new BatchOutcome(KindCounts.None with { Done = chunk.Length - handled }, []);
        }

        return outcome;
    }

    /// <summary>What is new on both sides of a project may be the same: then all of it is looked at together. So is a page of a run where many records go in one call.</summary>
    private static int AtOnce(WorkScope scope, IReadOnlyList<SourceRecord> sources) =>
        (scope.Project is not null && sources.Count > 0 && Sides.Both.All(side => sources.Any(source => source.Side == side))) || (scope.Run is not null && Sides.Both.Any(side => scope.MostAtOnce(side) > MaxRecords))
            ? Math.Max(MaxRecords, sources.Count)
            : MaxRecords;

    /// <summary>What lives inside the records of a linked parent, one to one: both sides are read and planned together.</summary>
    /// <param name="parents">Links of the parent kind.</param>
    /// <param name="work">The rows of the work list that asked for it, by the parent's link; they go with the outcome.</param>
    /// <param name="read">Records of the parents that were read just now: what they show of their insides is not read again.</param>
    public async Task<BatchOutcome> RunInsideAsync(
        WorkScope scope,
        IReadOnlyList<LinkId> parents,
        CancellationToken cancellation,
        ILookup<LinkId?, Versioned<WorkItem>>? work = null,
        IReadOnlyDictionary<(LinkId Link, Side Side), Record>? read = null)
    {
        var parentScope = new LinkScope(scope.Flow.Key, scope.Kind.Parent!);
        var parentLinks = await _links.LoadAsync(parentScope, parents, cancellation);
        var own = await _links.LoadAsync(scope.Links, parents, cancellation);
        var batch = new Batch(scope, _applier);
        var cases = new List<SyncCase>();
        foreach (var (id, parent) in parentLinks)
        {
            if (parent.Value is not { State: LinkState.Active, LeftId: { } left, RightId: { } right })
            {
                if (work is not null && work.Contains(id)) await _links.DeleteWorkAsync(scope.Links, [.. work[id]], cancellation);
                continue;
            }

            var link = own.TryGetValue(id, out var found)
                ? found with { Value = Inside(found.Value, parent.Value, left, right) }
                : new Versioned<Link>(new Link(id, scope.Kind.Name) { State = LinkState.Active, LeftId = left, RightId = right, CreatedFrom = parent.Value.CreatedFrom, StateSince = parent.Value.StateSince }, default);
            var item = new SyncCase { Source = Side.Left, Link = link, Item = new PlanItem(link.Value, Sight.Unread, Sight.Unread) };
            if (work is not null) item.Work.AddRange(work[id]);
            cases.Add(item);

            // What may still have been on its way when the parent was read is looked at anew.
            if (read is null || link.Value.Intent is not null) continue;
            foreach (var side in Sides.Both)
            {
                if (read.TryGetValue((id, side), out var known)) item.Latest[side] = known;
            }
        }

        await batch.RecoverAsync(_recovery, cases, cancellation);
        foreach (var side in Sides.Both) await ReadInsideAsync(batch, cases, side, item => item.Latest.Count == 0 || item.Latest.ContainsKey(side), cancellation);
        foreach (var side in Sides.Both) await ReadInsideAsync(batch, cases, side, item => item.Item.On(side) is Sight.NotRead && NeedsInside(scope, item, side.Other()), cancellation);
        return await PlanAndApplyAsync(batch, cases, cancellation);
    }

    /// <summary>What lives inside the records of a batch, while they are at hand: they need not be read again.</summary>
    public async Task<ImmutableSortedDictionary<string, KindCounts>> RunInsidesAsync(WorkScope scope, BatchOutcome outcome, CancellationToken cancellation)
    {
        var counts = ImmutableSortedDictionary<string, KindCounts>.Empty;
        foreach (var inside in scope.Flow.Pair.Inside(scope.Kind).Where(inside => outcome.Parents.Count > 0 && scope.Settings.Kind(inside.Name).Enabled))
            counts = counts.Add(inside.Name, (await RunInsideAsync(scope with { Kind = inside }, [.. outcome.Parents.Distinct()], cancellation, read: outcome.Read)).Counts);
        return counts;
    }

    /// <summary>Records that a person chose: planned as <paramref name="prepare"/> leaves them, without a search for counterparts.</summary>
    internal async Task<(BatchOutcome Outcome, IReadOnlyList<SyncCase> Cases)> RunChosenAsync(
        WorkScope scope, IReadOnlyList<SourceRecord> sources, Func<List<SyncCase>, List<SyncCase>> prepare, CancellationToken cancellation)
    {
        var loaded = await _loader.LoadAsync(scope, sources, cancellation);
        await _holders.SortAsync(scope, loaded, cancellation);
        var cases = prepare(loaded);
        var outcome = await PlanAndApplyAsync(new Batch(scope, _applier), cases, cancellation);
        return (outcome, cases);
    }

    /// <summary>A plan that a person made, applied as it is.</summary>
    internal Task<BatchOutcome> ApplyChosenAsync(WorkScope scope, SyncCase item, CancellationToken cancellation) => _applier.ApplyAsync(scope, [item], [], [], cancellation);

    private async Task<BatchOutcome> ContinueAsync(Batch batch, List<SyncCase> cases, CancellationToken cancellation)
    {
        await LeaveAloneAsync(batch.Scope, await _holders.SortAsync(batch.Scope, cases, cancellation), cancellation);
        if (batch.Scope.Mode != RunMode.DryRun) await _shared.NoteCutOffAsync(batch.Scope, cases, cancellation);
        await batch.RecoverAsync(_recovery, cases, cancellation);
        foreach (var (item, failure) in await _loader.ReadCounterpartsAsync(batch.Scope, cases, cancellation)) batch.Failed.Add((item, failure));
        batch.Waiting.AddRange(await _loader.TakeOutOwnCreatesAsync(batch.Scope, cases, cancellation));
        batch.Failed.AddRange(await _search.RunAsync(batch.Scope, cases, cancellation));
        return await PlanAndApplyAsync(batch, cases, cancellation);
    }

    /// <summary>Once their project is linked, or goes on, all of it is looked at.</summary>
    private async Task LeaveAloneAsync(WorkScope scope, List<SyncCase> left, CancellationToken cancellation)
    {
        if (left.SelectMany(item => item.Work).ToList() is { Count: > 0 } done) await _links.DeleteWorkAsync(scope.Links, done, cancellation);
    }

    private async Task<BatchOutcome> PlanAndApplyAsync(Batch batch, List<SyncCase> cases, CancellationToken cancellation)
    {
        if (batch.Scope.Mode == RunMode.DryRun) await _dry.ForeseeAsync(batch.Scope, cases, cancellation);
        await _shared.ApplyAsync(batch.Scope, cases, cancellation);
        await TakeUpHeldAsync(batch.Scope, cases, cancellation);
        Plan(batch.Scope, cases);
        await LeaveAloneAsync(batch.Scope, await _holders.TakeOutRestingAsync(batch.Scope, cases, cancellation), cancellation);
        await _references.ReportCyclesAsync(batch.Scope, cases, cancellation);
        batch.Scope.Watch?.AddRange([.. cases, .. batch.Failed.Select(pair => pair.Case), .. batch.Waiting.Select(pair => pair.Case)]);
        return batch.Scope.Mode == RunMode.DryRun
            ? await _dry.KeepAsync(batch.Scope, cases, batch.Failed, batch.Waiting, cancellation)
            : await _applier.ApplyAsync(batch.Scope, cases, batch.Failed, batch.Waiting, cancellation);
    }

    /// <summary>What waits for a person is looked at by every sweep, too: its row goes when the record could be handled after all.</summary>
    private async Task TakeUpDeadAsync(WorkScope scope, List<SyncCase> cases, CancellationToken cancellation)
    {
        if (cases.Count == 0) return;
        var dead = await _links.WorkPageAsync(scope.Links, WorkReason.Dead, continuation: null, MaxRecords * 5, cancellation);
        foreach (var row in dead.Items)
        {
            var found = cases.Find(item => item.Work.Count == 0 && (item.Link is { } link ? link.Value.Id == row.Value.Link || link.Value.IdOn(row.Value.Side) == row.Value.RecordId : (item.Source, item.SourceId) == (row.Value.Side, row.Value.RecordId)));
            found?.Work.Add(row);
        }
    }

    /// <summary>What a loop lock holds goes with whatever is planned for its link: it waits for longer, or has lost to a later change.</summary>
    private async Task TakeUpHeldAsync(WorkScope scope, List<SyncCase> cases, CancellationToken cancellation)
    {
        var now = _time.GetUtcNow();
        var locked = cases.Where(item => item.Item is { Link: { State: LinkState.Active, Lock: { } held }, Left: Sight.Present, Right: Sight.Present } && held.Until > now).ToList();
        if (locked.Count == 0) return;
        var byRecord = locked.SelectMany(item => Sides.Both.Select(side => (Record: (side, item.Item.Link!.IdOn(side)!), Case: item))).ToDictionary(pair => pair.Record, pair => pair.Case);
        foreach (var row in await _links.FindWorkAsync(scope.Links, byRecord.Keys, cancellation))
        {
            var item = byRecord[(row.Value.Side, row.Value.RecordId)];
            if (row.Value.Reason != WorkReason.Held || item.Work.Exists(known => (known.Value.Side, known.Value.RecordId) == (row.Value.Side, row.Value.RecordId))) continue;
            item.Work.Add(row);
            item.Item = item.Item with { HeldSince = row.Value.FirstAt };
        }
    }

    /// <summary>One after the other, since a record that has found its match is no longer a candidate, nor planned by itself.</summary>
    private void Plan(WorkScope scope, List<SyncCase> cases)
    {
        var now = _time.GetUtcNow();
        var joined = new HashSet<(Side, string)>();
        foreach (var item in cases)
        {
            if (item.Link is null && joined.Contains((item.Source, item.SourceId)))
            {
                item.Plan = new ItemPlan(item.Item, []);
                continue;
            }

            if (item.Item.Candidates.Length > 0)
            {
                item.Item = item.Item with { Candidates = [.. item.Item.Candidates.Where(candidate => !joined.Contains((item.Source.Other(), candidate.Id)))] };
            }

            item.Item = item.Item with { Clocks = scope.Flow.Clocks };
            item.Plan = SyncPlanner.PlanOne(scope.Kind, scope.Settings, item.Item, now);
            if (item.Plan.Actions.OfType<SyncAction.Join>().FirstOrDefault() is { } join)
            {
                joined.Add((Side.Left, join.LeftId));
                joined.Add((Side.Right, join.RightId));
            }
        }
    }

    /// <summary>What is inside a parent that was made anew on a side has never agreed with the other side.</summary>
    private static Link Inside(Link own, Link parent, string left, string right) =>
        own.LeftId == left && own.RightId == right ? own : own with { LeftId = left, RightId = right, Bases = Bases.None, Lock = null, CreatedFrom = parent.CreatedFrom, StateSince = parent.StateSince, Intent = null };

    /// <summary>What lives inside the side of a parent that was read just now has changed, or was never looked at.</summary>
    private static bool NeedsInside(WorkScope scope, SyncCase item, Side seen) =>
        item.Link!.Value.Value is var link && (link.Bases == Bases.None || SyncPlanner.NeedsOther(scope.Kind, scope.Settings, link, seen, item.Item.On(seen)));

    private async Task ReadInsideAsync(Batch batch, List<SyncCase> cases, Side side, Func<SyncCase, bool> isWanted, CancellationToken cancellation)
    {
        var scope = batch.Scope;
        var wanted = cases.Where(isWanted).ToList();
        var results = new VendorResult<Record>[wanted.Count];
        await Concurrent.ForAsync(wanted.Count, ReadsAtOnce, async (i, token) =>
            results[i] = await InsideOfAsync(scope, side, wanted[i], token), cancellation);
        var read = new List<(SyncCase Case, Record Record)>();
        foreach (var (item, result) in wanted.Zip(results))
        {
            if (result.TryGet(out var vendor, out var failure))
            {
                read.Add((item, scope.Kind.Project(side, vendor, scope.Settings)));
            }
            else
            {
                cases.Remove(item);
                batch.Failed.Add((item, failure));
            }
        }

        var resolved = await _references.ResolveAsync(scope, side, read.Select(pair => pair.Record).ToList(), cancellation);
        foreach (var (item, record) in read.Select(pair => pair.Case).Zip(resolved))
        {
            item.Item = side == Side.Left ? item.Item with { Left = new Sight.Present(record) } : item.Item with { Right = new Sight.Present(record) };
        }
    }

    /// <summary>What a parent's own record shows in whole needs no look.</summary>
    private static async Task<VendorResult<Record>> InsideOfAsync(WorkScope scope, Side side, SyncCase item, CancellationToken cancellation)
    {
        var parent = item.Latest.GetValueOrDefault(side);
        var names = scope.Kind.Fields.Select(field => field.End(side).Name).OfType<string>();
        return parent is not null && names.All(parent.Fields.ContainsKey) ? parent : await scope.On(side, item).GetAsync(scope.Kind, item.Link!.Value.Value.IdOn(side)!, cancellation, parent);
    }

    /// <summary>What left a batch on its way, to be put on the work list with the rest.</summary>
    private sealed class Batch(WorkScope scope, CaseApplier applier)
    {
        public WorkScope Scope { get; } = scope;

        public List<(SyncCase Case, VendorFailure Failure)> Failed { get; } = [];

        public List<(SyncCase Case, DateTimeOffset Until)> Waiting { get; } = [];

        /// <summary>Settles what an earlier, cut-off piece of work had begun; what may still be on its way waits.</summary>
        public async Task RecoverAsync(IntentRecovery recovery, List<SyncCase> cases, CancellationToken cancellation)
        {
            if (cases.TrueForAll(item => item.Link?.Value.Intent is null && item.Link?.Value.State != LinkState.Creating)) return;
            if (Scope.Mode == RunMode.DryRun)
            {
                Waiting.AddRange(DryRun.TakeOutOpen(cases));
                return;
            }

            var recovered = await recovery.RunAsync(Scope, cases, cancellation);
            Waiting.AddRange(recovered.Waiting);
            Failed.AddRange(recovered.Failed);
            await applier.ReleaseRecoveredAsync(Scope, recovered.Adopted, cancellation);
        }
    }
}
