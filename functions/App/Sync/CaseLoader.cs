using System.Collections.Immutable;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>Gathers what the planner has to know of a batch of records: links, references, counterparts, candidates.</summary>
internal sealed class CaseLoader(LinkStore links, References references, TimeProvider time)
{
    /// <summary>A record that the vendor says is this much older than the flow was not missed by its inventory but hidden from it.</summary>
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromHours(1);

    /// <summary>A list that cannot be read for so long is not waited for.</summary>
    private static readonly TimeSpan LongestRead = TimeSpan.FromMinutes(15);

    /// <summary>An open create that has ended is settled by whoever looks at it first, or waits for a person.</summary>
    private static readonly TimeSpan UnsettledAgain = TimeSpan.FromMinutes(1);

    private readonly GoneCheck _check = new(links, time);

    public async Task<List<SyncCase>> LoadAsync(WorkScope scope, IReadOnlyList<SourceRecord> sources, CancellationToken cancellation)
    {
        var index = new Dictionary<Side, IReadOnlyDictionary<string, Versioned<IndexEntry>>>();
        foreach (var side in Sides.Both) index[side] = await EntriesAsync(scope, side, [.. sources.Where(source => source.Side == side)], cancellation);

        var linkIds = index.Values.SelectMany(entries => entries.Values).Select(entry => entry.Value.Link).OfType<LinkId>().Distinct().ToList();
        var loaded = sources.Select(source => source.Link).OfType<Versioned<Link>>().DistinctBy(link => link.Value.Id).ToDictionary(link => link.Value.Id);
        foreach (var (id, link) in await links.LoadAsync(scope.Links, [.. linkIds.Where(id => !loaded.ContainsKey(id))], cancellation)) loaded[id] = link;

        var records = new Dictionary<(Side, string), Record>();
        foreach (var side in Sides.Both)
        {
            var projected = sources.Where(source => source.Side == side && source.Vendor is not null).Select(source => scope.Kind.Project(side, source.Vendor!, scope.Settings)).ToList();
            var known = projected.Select(record => record.Id).Distinct().Where(id => index[side].TryGetValue(id, out var entry) && entry.Value.Link is { } link && loaded.ContainsKey(link)).ToDictionary(id => id, id => loaded[index[side][id].Value.Link!.Value].Value);
            foreach (var record in await references.ResolveAsync(scope, side, projected, cancellation, known)) records[(side, record.Id)] = record;
        }

        var answers = new Dictionary<(Side, string), bool>();
        var cases = new List<SyncCase>();
        var byLink = new Dictionary<LinkId, SyncCase>();
        foreach (var source in sources)
        {
            var entry = index[source.Side].TryGetValue(source.Id, out var found) ? found : (Versioned<IndexEntry>?)null;
            var link = entry?.Value.Link is { } linkId && loaded.TryGetValue(linkId, out var versioned) ? versioned : (Versioned<Link>?)null;
            if (IsHandled(scope, source, entry?.Value, link?.Value)) continue;
            if (source.Vendor is null && link is { } young && MayNotShowYet(scope, young.Value, source.Side, source.ReadAt ?? time.GetUtcNow())) continue;
            var sight = records.TryGetValue((source.Side, source.Id), out var record)
                ? new Sight.Present(record = await References.WithMissingAsync(scope, source, link?.Value, record, time.GetUtcNow(), answers, cancellation), link is null && IsNew(scope, source.Side, entry?.Value, record))
                : source.MergedInto is { } into ? await MergedAsync(scope, source.Side, into, cancellation) : Sight.Confirmed;
            if (link is not { } known || !byLink.TryGetValue(known.Value.Id, out var existing))
            {
                var item = new PlanItem(link?.Value, Sight.Unread, Sight.Unread) { IsTombstone = link is null && entry?.Value.Tombstone == true, MayBeFurtherOn = scope.Unfinished.Contains(source.Side.Other()) || IsAwaited(scope, source) };
                existing = new SyncCase { Source = source.Side, Link = link, Item = item };
                cases.Add(existing);
                if (link is { } added) byLink[added.Value.Id] = existing;
            }

            existing.Item = source.Side == Side.Left ? existing.Item with { Left = sight } : existing.Item with { Right = sight };
            if (source.Vendor is { } vendor) existing.Vendor[source.Side] = existing.Latest[source.Side] = vendor;
            if (entry is { } indexed) existing.Index[source.Side] = indexed;
            if (source.Work is { } work)
            {
                existing.Work.Add(work);
                if (work.Value.Reason == WorkReason.Held) existing.Item = existing.Item with { HeldSince = work.Value.FirstAt };
            }
        }

        return cases;
    }

    /// <summary>Whether the other side's list, which was being read when the record was first seen, has still not been read to its end.</summary>
    private bool IsAwaited(WorkScope scope, SourceRecord source) =>
        source.Work is { Value: { Reason: WorkReason.Unread, FirstAt: var since } } && time.GetUtcNow() - since < LongestRead &&
        scope.Flow.Listens(scope.Kind, source.Side.Other()) && !(scope.Flow.State.Cursor(scope.Kind.Name, source.Side.Other())?.Value.ReadAt >= since);

    private async Task<IReadOnlyDictionary<string, Versioned<IndexEntry>>> EntriesAsync(WorkScope scope, Side side, List<SourceRecord> sources, CancellationToken cancellation)
    {
        var known = sources.Where(source => source.Entry is not null).DistinctBy(source => source.Id).ToDictionary(source => source.Id, source => source.Entry!.Value);
        var unknown = sources.Select(source => source.Id).Where(id => !known.ContainsKey(id)).Distinct().ToList();
        if (unknown.Count == 0) return known;
        foreach (var (id, entry) in await links.FindAsync(scope.Links, side, unknown, cancellation)) known[id] = entry;
        return known;
    }

    /// <summary>Nothing new since the record was last handled, and nothing left open then (lists may name a record twice). A sweep plans it all the same: settings may have changed.</summary>
    private static bool IsHandled(WorkScope scope, SourceRecord source, IndexEntry? entry, Link? link) =>
        scope.Mode is RunMode.Delta or RunMode.Import && source.Work is null && link is { State: LinkState.Active, Intent: null } && source.Vendor is { } vendor && entry?.Hash == vendor.Hash();

    private static bool IsNew(WorkScope scope, Side side, IndexEntry? entry, Record record)
    {
        // All that lives inside a linked project belongs to it, whenever it was made.
        if (scope.Kind.PartOf is not null) return true;
        if (scope.Kind.IsReference) return side == scope.Flow.Pair.ImportFrom;
        if (scope.Mode == RunMode.Import && side == scope.Flow.Pair.ImportFrom) return true;
        if (entry is not null) return !entry.IsOlder;
        return scope.Flow.Flow.WentLiveAt is { } live && (record.Created is not { } created || created > live - ClockTolerance);
    }

    /// <summary>Reads the other side of every linked record that changed. What cannot be read now leaves the batch, with its failure.</summary>
    public async Task<List<(SyncCase Case, VendorFailure Failure)>> ReadCounterpartsAsync(WorkScope scope, List<SyncCase> cases, CancellationToken cancellation)
    {
        var failed = new List<(SyncCase Case, VendorFailure Failure)>();
        foreach (var wants in new Func<SyncCase, Side, bool>[] { (item, side) => IsLate(scope, item, side), (item, side) => NeedsCounterpart(scope, item, side) })
        {
            foreach (var side in Sides.Both) await ReadAsync(scope, side, cases.FindAll(item => wants(item, side)), failed, cancellation);
            foreach (var (item, _) in failed) cases.Remove(item);
        }

        return failed;
    }

    private async Task ReadAsync(WorkScope scope, Side target, List<SyncCase> wanted, List<(SyncCase, VendorFailure)> failed, CancellationToken cancellation)
    {
        foreach (var item in wanted.FindAll(item => MayPresume(scope, item, target))) See(item, target, new Sight.Present(Presumed(item, target)));
        wanted.RemoveAll(item => item.Item.On(target) is Sight.Present && !item.Latest.ContainsKey(target));
        if (wanted.Count == 0) return;
        var side = scope.Flow.On(target);
        var readAt = time.GetUtcNow();
        var results = new (SyncCase Case, VendorResult<Record> Result)[wanted.Count];
        await Concurrent.ForAsync(wanted.Count, BatchSync.ReadsAtOnce, async (i, token) =>
            results[i] = (wanted[i], await scope.On(target, wanted[i]).GetAsync(scope.Kind, wanted[i].Link?.Value.IdOn(target) ?? wanted[i].SourceId, token)), cancellation);

        var read = new List<(SyncCase Case, Record Record)>();
        bool? listAnswers = null;
        foreach (var (item, result) in results)
        {
            if (result.Failure?.MergedInto is { } into) See(item, target, await MergedAsync(scope, target, into, cancellation));
            else if (result.TryGet(out var vendor, out var failure)) read.Add((item, scope.Kind.Project(target, item.Latest[target] = vendor, scope.Settings)));
            else if (failure.Kind == FailureKind.NotFound && item.Link is null) See(item, target, Sight.Confirmed);
            else if (failure.Kind == FailureKind.NotFound && MayNotShowYet(scope, item.Link!.Value.Value, target, readAt)) failed.Add((item, failure));
            else if (failure.Kind == FailureKind.NotFound && (listAnswers ??= read.Count > 0 || await side.AnswersAsync(scope.Kind, cancellation) || await ShowsOthersAsync()) == true) See(item, target, Sight.Confirmed);
            else failed.Add((item, failure));
        }

        var resolved = await references.ResolveAsync(scope, target, read.Select(pair => pair.Record).ToList(), cancellation, read.Where(pair => pair.Case.Link is not null).DistinctBy(pair => pair.Record.Id).ToDictionary(pair => pair.Record.Id, pair => pair.Case.Link!.Value.Value));
        foreach (var (item, record) in read.Select(pair => pair.Case).Zip(resolved)) See(item, target, new Sight.Present(record, item.Item.On(target) is Sight.Present { IsNew: true }));

        // What has no list but that of each project is vouched for by linked ones of other projects.
        Task<bool> ShowsOthersAsync() => _check.ShowsOthersAsync(scope, target, [.. wanted.Select(item => item.Link!.Value.Value.IdOn(target)!)], cancellation);
    }

    /// <summary>
    /// A vendor that changes a record only if it still has the version that we saw last spares us the look at it: whoever changed it since makes
    /// it refuse the write, and then it is read.
    /// </summary>
    private static bool MayPresume(WorkScope scope, SyncCase item, Side target) =>
        scope is { Mode: RunMode.Delta, Kind.StatusLock: null } && scope.Flow.On(target).Connector.Catalog.ConditionalWrites && scope.Settings.Kind(scope.Kind.Name).Filters.IsEmpty &&
        item.Item.On(target.Other()) is Sight.Present && !MayHaveMore(scope, item) && item.Link is { Value: { State: LinkState.Active, Intent: null } link } &&
        link.MemoryOf(target).Version is not null && !link.Bases[target].IsEmpty && link.Outside == Outside.Neither;

    private static Record Presumed(SyncCase item, Side target)
    {
        var link = item.Link!.Value.Value;
        var record = new Record(link.IdOn(target)!, link.Bases[target]) { Version = link.MemoryOf(target).Version, Resolved = link.MemoryOf(target).References };
        return record with { Label = KindMap.LabelOf(record) };
    }

    /// <summary>
    /// What a list shows may be from before our own last write, and in a list that lags from before anybody's: a change is believed then only
    /// when the record itself has it, too. An import takes what is new as the list has it, since whatever changed since is listed later.
    /// </summary>
    private bool IsLate(WorkScope scope, SyncCase item, Side side)
    {
        var catalog = scope.Flow.On(side).Connector.Catalog;
        if (item.Work.Count > 0 || item.Item.On(side) is not Sight.Present seen) return false;
        if (item.Link is not { Value: var link }) return catalog.ListsLag && seen.IsNew && scope.Mode == RunMode.Delta;
        return link.State == LinkState.Active &&
            (catalog.ListsLag || link.Writes.Items.Any(write => write.Side == side && write.At + catalog.ReadLag > time.GetUtcNow())) &&
            SyncPlanner.IsChanged(scope.Kind, scope.Settings, link.Bases, side, seen.Record);
    }

    /// <summary>A record that this app created a moment before it was asked for may not have been found yet: that is no deletion.</summary>
    private static bool MayNotShowYet(WorkScope scope, Link link, Side side, DateTimeOffset readAt) => link.CreatedFrom == side.Other() && scope.ShowsBy(link) > readAt;

    private static bool NeedsCounterpart(WorkScope scope, SyncCase item, Side target) =>
        item.Link is { Value: { State: LinkState.Active or LinkState.Paused } link } && link.IdOn(target) is not null && item.Item.On(target) is Sight.NotRead &&
        (MayHaveMore(scope, item) || SyncPlanner.NeedsOther(scope.Kind, scope.Settings, link, target.Other(), item.Item.On(target.Other())));

    private async Task<Sight> MergedAsync(WorkScope scope, Side side, string into, CancellationToken cancellation)
    {
        var known = await links.FindAsync(scope.Links, side, [into], cancellation);
        return new Sight.MergedInto(into, known.TryGetValue(into, out var entry) && (entry.Value.Link is not null || entry.Value.Tombstone));
    }

    /// <summary>A person wants both sides looked at, or a plan for both put the record on the work list.</summary>
    private static bool MayHaveMore(WorkScope scope, SyncCase item) => scope.Mode == RunMode.Manual || item.Work.Exists(work => work.Value.IsOfBothSides);

    private static void See(SyncCase item, Side side, Sight sight) =>
        item.Item = side == Side.Left ? item.Item with { Left = sight } : item.Item with { Right = sight };

    /// <summary>
    /// New records that could be what an open create of ours is about to become: they wait until it is known. Returns them with the
    /// time until which they wait.
    /// </summary>
    public async Task<List<(SyncCase Case, DateTimeOffset Until)>> TakeOutOwnCreatesAsync(WorkScope scope, List<SyncCase> cases, CancellationToken cancellation)
    {
        var taken = new List<(SyncCase, DateTimeOffset)>();
        foreach (var side in Sides.Both)
        {
            var unlinked = cases.Where(item => item.Link is null && item.Index.Count == 0 && item.Item.On(side) is Sight.Present { IsNew: true }).ToList();
            if (unlinked.Count == 0) continue;
            var open = (await links.OpenCreatesAsync(scope.Links, side, cancellation)).Select(link => link.Value.Intent).OfType<Intent>().ToImmutableArray();
            if (open.IsEmpty) continue;
            foreach (var item in unlinked)
            {
                var record = item.Item.RecordOn(side)!;
                if (open.FirstOrDefault(intent => Settlement.MayBe(scope.Kind, intent, record)) is not { } intent) continue;
                var now = time.GetUtcNow();
                taken.Add((item, intent.IsOpen(now) ? intent.Until : now + UnsettledAgain));
                cases.Remove(item);
            }
        }

        return taken;
    }
}
