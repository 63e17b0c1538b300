using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <param name="Waiting">Cases whose intent has not ended: the write may still be on its way.</param>
/// <param name="Failed">Cases whose target could not be read.</param>
/// <param name="Adopted">Cases whose create turned out to have been applied.</param>
internal sealed record Recovered(List<(SyncCase Case, DateTimeOffset Until)> Waiting, List<(SyncCase Case, VendorFailure Failure)> Failed, List<SyncCase> Adopted);

/// <summary>
/// Settles intents that were left open by a crash or by an answer that never came, by reading the target: what was sent, or its
/// normal form, is ours. Settled cases stay in the batch and are planned with their link as it now is.
/// </summary>
internal sealed class IntentRecovery(LinkStore links, References references, IntegrationLog log, TimeProvider time)
{
    /// <summary>Vendors' clocks and ours differ by less than this.</summary>
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(15);

    public async Task<Recovered> RunAsync(WorkScope scope, List<SyncCase> cases, CancellationToken cancellation)
    {
        var result = new Recovered([], [], []);
        var now = time.GetUtcNow();
        foreach (var item in cases.ToList())
        {
            if (item.Link?.Value.Intent is not { } intent) continue;
            var settledFrom = intent.Until + (intent.Create ? scope.Flow.On(intent.Target).Connector.Catalog.ReadLag : TimeSpan.Zero);
            if (now >= settledFrom) continue;
            result.Waiting.Add((item, settledFrom));
            cases.Remove(item);
        }

        foreach (var item in cases.Where(item => item.Link?.Value.Intent is { Create: false }).ToList()) await SettleWriteAsync(scope, item, cases, result, cancellation);
        foreach (var side in Sides.Both)
        {
            var creates = cases.Where(item => item.Link is { Value.State: LinkState.Creating } link && link.Value.IdOn(side) is null).ToList();

            // Those without an intent are known not to have been created.
            foreach (var item in creates.Where(item => item.Link!.Value.Value.Intent is null)) item.Item = AsNew(scope, item, side.Other());
            creates.RemoveAll(item => item.Link!.Value.Value.Intent is null);
            if (creates.Count > 0) await SettleCreatesAsync(scope, side, creates, cases, result, cancellation);
        }

        return result;
    }

    private async Task SettleWriteAsync(WorkScope scope, SyncCase item, List<SyncCase> cases, Recovered result, CancellationToken cancellation)
    {
        var (link, etag) = item.Link!.Value;
        var intent = link.Intent!;
        var read = await scope.On(intent.Target, link.Id).GetAsync(scope.Kind, link.IdOn(intent.Target)!, cancellation);
        if (!read.TryGet(out var vendor, out var failure) && failure.Kind != FailureKind.NotFound)
        {
            result.Failed.Add((item, failure));
            cases.Remove(item);
            return;
        }

        var settled = link with { Intent = null };
        if (vendor is not null)
        {
            var target = (await references.ResolveAsync(scope, intent.Target, [scope.Kind.Project(intent.Target, vendor, scope.Settings)], cancellation))[0];
            See(item, intent.Target, target);
            if (Settlement.Holds(scope.Kind, intent, target))
            {
                settled = settled with { Bases = Settlement.AfterWrite(scope.Kind, scope.Settings, link.Bases, intent.Target, intent.Sent, intent.SourceValues, target, out _) };
                await TellAsync(scope, item, cancellation);
            }
        }

        await StoreAsync(scope, item, new LinkUnit { Link = settled, LinkETag = etag }, settled, cases, result, cancellation);
    }

    /// <summary>
    /// Looks for the records that open creates may have made: created since the intent, all sent fields equal, nobody's yet. Several
    /// open creates of the same content share their findings; more findings than creates wait for a person.
    /// </summary>
    private async Task SettleCreatesAsync(WorkScope scope, Side target, List<SyncCase> creates, List<SyncCase> cases, Recovered result, CancellationToken cancellation)
    {
        var since = creates.Min(item => item.Link!.Value.Value.Intent!.TakenAt) - ClockTolerance;
        var (candidates, failure) = await UnclaimedSinceAsync(scope, target, since, creates, cancellation);
        if (failure is not null)
        {
            result.Failed.AddRange(creates.Select(item => (item, failure)));
            cases.RemoveAll(creates.Contains);
            return;
        }

        foreach (var same in creates.GroupBy(item => item.Link!.Value.Value.Intent!.Sent))
        {
            var intents = same.ToList();
            var found = candidates.Where(candidate => intents.TrueForAll(item => IsFrom(scope, item, candidate))).ToList();
            if (found.Count > intents.Count)
            {
                foreach (var item in intents)
                {
                    result.Failed.Add((item, new VendorFailure(FailureKind.Permanent, $"{found.Count} records could be the one that was being created; link the right one by hand.")));
                    cases.Remove(item);
                }

                continue;
            }

            for (var i = 0; i < intents.Count; i++)
            {
                if (i < found.Count)
                {
                    candidates.Remove(found[i]);
                    await AdoptCreatedAsync(scope, target, intents[i], found[i], cases, result, cancellation);
                }
                else
                {
                    // It never arrived: the record is new again, and its link row is used for the next attempt.
                    intents[i].Item = AsNew(scope, intents[i], target.Other());
                }
            }
        }
    }

    private static bool IsFrom(WorkScope scope, SyncCase item, Record candidate)
    {
        var intent = item.Link!.Value.Value.Intent!;
        return (candidate.Created is not { } created || created >= intent.TakenAt - ClockTolerance) && Settlement.MayBe(scope.Kind, intent, candidate);
    }

    /// <summary>Planned as a new record again; where its source is gone there is nothing to be made, and the link itself is planned.</summary>
    private static PlanItem AsNew(WorkScope scope, SyncCase item, Side source)
    {
        if (item.Item.On(source) is Sight.Gone or Sight.MergedInto) return item.Item with { Link = item.Link!.Value.Value };
        Sight sight = item.Item.RecordOn(source) is { } record ? new Sight.Present(record, IsNew: true) : item.Item.On(source);
        var before = Consent.Of(scope.Kind, item.Link!.Value.Value.Bases);
        return source == Side.Left ? new PlanItem(null, sight, Sight.Unread) { Before = before } : new PlanItem(null, Sight.Unread, sight) { Before = before };
    }

    private async Task AdoptCreatedAsync(WorkScope scope, Side target, SyncCase item, Record created, List<SyncCase> cases, Recovered result, CancellationToken cancellation)
    {
        var (link, etag) = item.Link!.Value;
        var intent = link.Intent!;
        var bases = Settlement.AfterWrite(scope.Kind, scope.Settings, link.Bases, target, intent.Sent, intent.SourceValues, created, out _);
        var settled = (link with { State = LinkState.Active, Intent = null, Bases = bases }).WithId(target, created.Id);
        var known = (await links.FindAsync(scope.Links, target, [created.Id], cancellation)).TryGetValue(created.Id, out var entry) ? entry : (Versioned<IndexEntry>?)null;
        var claim = new IndexEntry(target, created.Id) { Link = link.Id, Label = item.Label, SeenAt = time.GetUtcNow() };
        var unit = new LinkUnit { Link = settled, LinkETag = etag, ClosesCreate = new OpenCreate(link.Id, target), Index = [IndexWrite.Put(known, claim)] };
        See(item, target, created);
        await TellAsync(scope, item, cancellation);
        if (await StoreAsync(scope, item, unit, settled, cases, result, cancellation)) result.Adopted.Add(item);
    }

    /// <summary>Before it is settled, so that a crash leaves a line too many rather than none.</summary>
    private Task TellAsync(WorkScope scope, SyncCase item, CancellationToken cancellation) => log.AppendAsync(
        scope.Flow.Key,
        [Story.Of(scope, item, time.GetUtcNow(), LogSeverity.Info, "recovered", "An earlier write had been cut off; it was found to have been applied.")],
        cancellation);

    private async Task<bool> StoreAsync(WorkScope scope, SyncCase item, LinkUnit unit, Link settled, List<SyncCase> cases, Recovered result, CancellationToken cancellation)
    {
        var committed = (await links.CommitAsync(scope.Links, [unit], cancellation))[0];
        if (!committed.Committed)
        {
            // Another worker settled it, or claimed what was found: it is looked at again.
            result.Waiting.Add((item, time.GetUtcNow()));
            cases.Remove(item);
            return false;
        }

        item.Link = new Versioned<Link>(settled, committed.LinkETag);
        item.Item = item.Item with { Link = settled };
        return true;
    }

    private async Task<(List<Record> Records, VendorFailure? Failure)> UnclaimedSinceAsync(WorkScope scope, Side side, DateTimeOffset since, List<SyncCase> creates, CancellationToken cancellation)
    {
        var found = new List<Record>();
        foreach (var parent in await ParentsAsync(scope, side, creates, cancellation))
        {
            for (var request = new ListRequest(since, ParentId: parent); ;)
            {
                var result = await scope.Flow.On(side).ListAsync(scope.Kind, request, cancellation);
                if (!result.TryGet(out var listed, out var failure)) return (found, failure);
                var entries = await links.FindAsync(scope.Links, side, listed.Records.Select(record => record.Id).Distinct().ToList(), cancellation);
                var unclaimed = listed.Records.Where(record => !entries.TryGetValue(record.Id, out var entry) || entry.Value.Link is null).DistinctBy(record => record.Id);
                found.AddRange(await references.ResolveAsync(scope, side, unclaimed.Select(record => scope.Kind.Project(side, record, scope.Settings)).ToList(), cancellation));
                if (listed.NextPage is not { } next) break;
                request = request with { PageToken = next };
            }
        }

        return (found.DistinctBy(record => record.Id).ToList(), null);
    }

    /// <summary>The projects whose lists are to be read, for a kind that lives inside them; one that is null stands for the list of all.</summary>
    private async Task<IReadOnlyList<string?>> ParentsAsync(WorkScope scope, Side side, List<SyncCase> creates, CancellationToken cancellation)
    {
        if (scope.Kind.PartOf is not { } projectKind) return [null];
        var projects = await links.LoadAsync(new LinkScope(scope.Flow.Key, projectKind), [.. creates.Select(item => item.Link!.Value.Value.Id.Project).Distinct()], cancellation);
        return [.. projects.Values.Select(project => project.Value.IdOn(side)).Where(id => id is not null)];
    }

    private static void See(SyncCase item, Side side, Record record)
    {
        var sight = new Sight.Present(record);
        item.Item = side == Side.Left ? item.Item with { Left = sight } : item.Item with { Right = sight };
    }
}
