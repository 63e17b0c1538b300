using System.Collections.Immutable;
using SyncFunctions.App.Notices;
using SyncFunctions.App.Telemetry;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>
/// Applies plans. Every vendor write goes intent, write, outcome: the intent is stored with the link before anything is sent, and
/// the outcome (new bases, new ids, work rows that are done) is stored after it. A crash in between leaves an open intent, which
/// <see cref="IntentRecovery"/> settles by looking at the target.
/// </summary>
internal sealed class CaseApplier(LinkStore links, WorkList work, Parking parking, CaseUnits units, VendorWrites writes, Brakes brakes, ProjectBook book, ConflictStore conflicts, IntegrationLog log, NoticeBursts bursts, SyncMetrics metrics, TimeProvider time)
{
    /// <summary>Cases whose intents are taken in one go: few enough that each is sent long before its intent ends.</summary>
    private const int CasesAtOnce = 33;

    private readonly InsideChanges _insides = new(links);

    public async Task<BatchOutcome> ApplyAsync(
        WorkScope scope,
        List<SyncCase> cases,
        IReadOnlyList<(SyncCase Case, VendorFailure Failure)> failed,
        IReadOnlyList<(SyncCase Case, DateTimeOffset Until)> waiting,
        CancellationToken cancellation)
    {
        var tally = new Tally(scope, time.GetUtcNow());
        foreach (var (item, failure) in failed) tally.Failed(item, failure);
        await NoteFailedAsync(scope, [.. failed.Select(pair => pair.Case)], cancellation);
        foreach (var (item, until) in waiting) tally.Defer(item, WorkReason.Intent, until, "An earlier write of this record may still be on its way.");

        var isBraked = await BrakeAsync(scope, cases, tally, cancellation);
        foreach (var chunk in Chunks(scope, cases)) await ApplyChunkAsync(scope, chunk, tally, cancellation);

        await work.CommitAsync(scope, tally.TakeRest(), cancellation);
        if (isBraked) await brakes.LookAgainAsync(scope, cancellation);
        await work.FetchAsync(scope.Flow.Key, tally.Wanted, cancellation);
        await book.NoteAsync(scope, cases, cancellation);
        await RememberAsync(scope, cases, tally, cancellation);
        await parking.ReleaseAsync(scope, [.. cases.Where(IsNowLinked).Select(item => item.Link!.Value.Value)], cancellation);
        await tally.TellAsync(log, cancellation);
        bursts.Observe(scope.Flow.Key, NoticeEvent.DeadLetter, scope.Kind.Name, tally.GivenUp);
        metrics.Tell(scope.Flow.Key, scope.Kind.Name, tally);
        return new BatchOutcome(tally.Counts, tally.Parents) { Read = Read(cases, [.. tally.Parents]), Kept = tally.Kept(cases) };
    }

    /// <summary>Where a system takes many records in one call, those that are to be written to it stand together.</summary>
    private static IEnumerable<SyncCase[]> Chunks(WorkScope scope, List<SyncCase> cases)
    {
        var most = Sides.Both.Max(scope.MostAtOnce);
        return most <= CasesAtOnce ? cases.Chunk(CasesAtOnce) : cases.OrderBy(Place).Chunk(most);

        static int Place(SyncCase item) => Effect.First(item.Plan!) switch
        {
            SyncAction.Create create => (int)create.Target,
            SyncAction.Write write => 2 + (int)write.Target,
            SyncAction.Delete => 4,
            _ => 5,
        };
    }

    private static ImmutableDictionary<(LinkId, Side), Record> Read(List<SyncCase> cases, HashSet<LinkId> parents) => (
        from item in cases
        where item.Link is { } link && parents.Contains(link.Value.Id)
        from latest in item.Latest
        select KeyValuePair.Create((item.Link!.Value.Value.Id, latest.Key), latest.Value)).ToImmutableDictionary();

    /// <summary>Takes out what may not be archived or deleted before a person has looked.</summary>
    /// <returns>Whether anything was.</returns>
    private async Task<bool> BrakeAsync(WorkScope scope, List<SyncCase> cases, Tally tally, CancellationToken cancellation)
    {
        var vanishing = cases.Where(item => item.Link is not null && Effect.Vanishes(item.Plan!)).ToList();
        if (vanishing.Count == 0) return false;
        var held = vanishing.Except(await brakes.AllowAsync(scope, vanishing, cancellation)).ToList();
        foreach (var item in held)
        {
            cases.Remove(item);
            tally.Brake(item);
        }

        return held.Count > 0;
    }

    /// <summary>
    /// What was handled without a change of its own rows is known by its hash when it is listed again. What lives inside a record is
    /// still to be done, and must not look handled before.
    /// </summary>
    private async Task RememberAsync(WorkScope scope, List<SyncCase> cases, Tally tally, CancellationToken cancellation)
    {
        var noted = (from item in cases
                     where !tally.IsOpen(item) && !tally.IsNoted(item) && item.Link is { } link && !tally.Parents.Contains(link.Value.Id)
                     let hashes = Handled.Of(item)
                     where !hashes.IsEmpty
                     select new LinkUnit { Noted = hashes }).ToList();
        if (noted.Count > 0) await links.CommitAsync(scope.Links, noted, cancellation);
    }

    /// <summary>What others may have waited for.</summary>
    private static bool IsNowLinked(SyncCase item) =>
        item.Link is { Value: { State: LinkState.Active, Intent: null } } && item.Plan!.Actions.Any(action => action is SyncAction.Join or SyncAction.Create or SyncAction.Resume or SyncAction.Move);

    /// <summary>Takes note of records that are there before the flow goes live, so that they are known not to be new.</summary>
    public async Task<BatchOutcome> NoteAsync(WorkScope scope, List<SyncCase> cases, CancellationToken cancellation)
    {
        var noted = cases.Where(item => item.Link is null && item.Index.Count == 0).Select(item => units.Unmatched(scope, item, isOlder: true, SyncAction.Offer.Older)).ToList();
        if (noted.Count > 0) await links.CommitAsync(scope.Links, noted, cancellation);
        return new BatchOutcome(KindCounts.None with { Done = cases.Count }, []);
    }

    /// <summary>New records that could not be looked at to the end: their counterparts are to find them all the same.</summary>
    private async Task NoteFailedAsync(WorkScope scope, IEnumerable<SyncCase> failed, CancellationToken cancellation)
    {
        var noted = (from item in failed
                     where item.Link is null && item.Index.Count == 0 && item.Item.On(item.Source) is Sight.Present { IsNew: true }
                     select units.Unmatched(scope, item, isOlder: false, reason: null) with { DoneWork = [] }).ToList();
        if (noted.Count > 0) await links.CommitAsync(scope.Links, noted, cancellation);
    }

    /// <summary>What waits for records whose cut-off creates were found.</summary>
    public async Task ReleaseRecoveredAsync(WorkScope scope, IReadOnlyList<SyncCase> adopted, CancellationToken cancellation)
    {
        if (adopted.Count > 0) await parking.ReleaseAsync(scope, [.. adopted.Select(item => item.Link!.Value.Value)], cancellation);
    }

    private async Task ApplyChunkAsync(WorkScope scope, IReadOnlyList<SyncCase> cases, Tally tally, CancellationToken cancellation)
    {
        using var spans = RecordSpans.Start(scope, cases);
        await LoadEntriesAsync(scope, cases, cancellation);
        foreach (var item in cases.Where(item => item.Link is null && item.IsJoin)) units.NewLinkId(item);

        List<Effect> effects = [.. from item in cases let planned = Effect.First(item.Plan!) where planned is not null select new Effect(item, planned)];
        var waiting = await writes.ExpressAsync(scope, effects, tally, cancellation);
        var sent = effects.ToDictionary(effect => effect.Case);
        var decided = cases.ToDictionary(item => item, item => item.Decided(sent.GetValueOrDefault(item)).ToList());

        // Before anything is written: what is about to lose must be kept, whatever happens next.
        var lost = cases.SelectMany(item => Story.ConflictsOf(scope, item, decided[item], time.GetUtcNow())).ToList();
        if (lost.Count > 0) await conflicts.AppendAsync(scope.Flow.Key, lost, cancellation);
        bursts.Observe(scope.Flow.Key, NoticeEvent.Conflict, scope.Kind.Name, lost.Count);
        foreach (var item in cases) tally.Tell(item, decided[item]);

        // Two that were found to be the same are linked, though what is to be written has to wait: who comes alone next time would be made anew.
        var quiet = new List<(SyncCase Case, LinkUnit Unit)>();
        foreach (var item in cases.Where(item => waiting.Contains(item) ? item.IsJoin : !sent.ContainsKey(item)))
        {
            if ((units.Quiet(scope, item) ?? (tally.HasWork(item) ? new LinkUnit() : null)) is { } unit) quiet.Add((item, tally.Complete(item, units.Told(scope, item, unit))));
        }

        if (quiet.Count > 0)
        {
            await tally.TellAsync(log, cancellation);
            var results = await work.CommitAsync(scope, quiet.ConvertAll(pair => pair.Unit), cancellation);
            foreach (var ((item, _), result) in quiet.Zip(results))
            {
                if (!result.Committed)
                {
                    item.IsContested = true;
                    tally.Again(item, "Somebody else changed the link at the same time.");
                }
                else if (item.IsJoin) tally.Parents.Add(item.Link!.Value.Value.Id);
                else if (item.Plan!.Actions.OfType<SyncAction.Move>().FirstOrDefault() is { } move) tally.Moved(item, move);
            }
        }

        if (effects.Count > 0) await writes.RunAsync(scope, effects, tally, cancellation);
        tally.Parents.AddRange(await _insides.FindAsync(scope, cases, tally.Parents, cancellation));
    }

    /// <summary>A record that was not part of the batch is claimed, or let go, by its index row, so that has to be read first.</summary>
    private async Task LoadEntriesAsync(WorkScope scope, IReadOnlyList<SyncCase> cases, CancellationToken cancellation)
    {
        foreach (var side in Sides.Both)
        {
            var wanted = (from item in cases
                          from action in item.Plan!.Actions
                          from id in IdsOfEntries(item, action, side)
                          select (item, action, id)).ToList();
            if (wanted.Count == 0) continue;
            var entries = await links.FindAsync(scope.Links, side, [.. wanted.Select(entry => entry.id).Distinct()], cancellation);
            foreach (var (item, action, id) in wanted)
            {
                // Another link's since the case was planned: it is not taken away, and who claims it loses.
                if (!entries.TryGetValue(id, out var entry) || IsOfAnother(item, entry.Value)) continue;
                if (action is SyncAction.Move move && move.Id == id) item.MovesTo = entry;
                else item.Index[side] = entry;
            }
        }
    }

    private static bool IsOfAnother(SyncCase item, IndexEntry entry) => entry is { Link: { } owner, Tombstone: false } && owner != item.Link?.Value.Id;

    /// <summary>The records of a side whose index rows an action changes, where they were not read with the batch.</summary>
    private static IEnumerable<string> IdsOfEntries(SyncCase item, SyncAction action, Side side)
    {
        if (action is SyncAction.Move move && move.Side == side) yield return move.Id;
        if (item.Index.ContainsKey(side)) yield break;
        var own = action switch
        {
            SyncAction.Join join => side == Side.Left ? join.LeftId : join.RightId,
            SyncAction.End { State: LinkState.Tombstone } => item.Link?.Value.IdOn(side),
            SyncAction.Create create when create.Target == side => item.Link?.Value.IdOn(side),
            SyncAction.Move moved when moved.Side == side => item.Link?.Value.IdOn(side),
            _ => null,
        };
        if (own is not null) yield return own;
    }
}
