using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>
/// Finds deletions: linked records that a finished walk of both sides did not see, and that the vendor says are not there while it shows others
/// that are. Looks at every link of the kind for it, and so also pauses those whose record rests.
/// </summary>
public sealed class GoneSync(
    BatchSync batches, LinkStore links, SweepStore sweeps, SweepFigures figures, Brakes brakes, PlanStore plans, RunJournal runs, ProjectBook book, IntegrationLog log, TimeProvider time)
{
    private const int PageSize = 1000;
    private const int UnitsAtOnce = 33;

    /// <summary>Known records that have to be found, so that "not found" is believed of others.</summary>
    private const int Canaries = 3;

    /// <summary>A list that was never longer may be empty one day.</summary>
    private const int FewEnough = 3;

    private readonly DryRun _dryRun = new(plans);

    public async Task RunAsync(WorkScope scope, CancellationToken cancellation)
    {
        if (!scope.Settings.Kind(scope.Kind.Name).Enabled) return;
        var seen = new Dictionary<Side, SweepSet>();
        foreach (var side in Sides.Both) seen[side] = await sweeps.LoadAsync(scope.Flow.Key, scope.Run!.Value, scope.Kind.Name, side, cancellation);
        var found = await CompareAsync(scope, seen, cancellation);
        var last = await figures.LastAsync(scope.Flow.Key, scope.Kind.Name, cancellation);

        var gone = new List<SourceRecord>();
        foreach (var side in Sides.Both)
        {
            var missing = found.Missing.Where(source => source.Side == side).ToList();
            if (missing.Count == 0) continue;
            var before = Math.Max(found.Links, last?.On(side) ?? 0);
            if (seen[side].Count == 0 && before > FewEnough) await TellAsync(scope, side, "list-empty", $"{Name(scope, side)} shows no records any more, where there were {before}. No deletion is inferred from that.", cancellation);
            else if (!await SingAsync(scope, side, found.Canaries[side], cancellation)) await TellAsync(scope, side, "list-doubtful", $"{missing.Count} linked records are missing in {Name(scope, side)}, but records that its list shows cannot be read either. No deletion is inferred from that.", cancellation);
            else gone.AddRange(await ConfirmAsync(scope, missing, cancellation));
        }

        // All at once, so that the first hundred are not archived before the brake sees the rest.
        var policy = scope.Settings.Kind(scope.Kind.Name).WhenGone ?? scope.Kind.WhenGone;
        var vanishing = policy is LifecyclePolicy.Archive or LifecyclePolicy.Delete ? gone.Select(found.LinkOf).OfType<LinkId>().Distinct().ToList() : [];
        if (scope.Mode == RunMode.DryRun)
        {
            if (BrakeRule.Trips(vanishing.Count, found.Links))
            {
                await _dryRun.RefuseAsync(scope, gone, found.Links, cancellation);
                return;
            }
        }
        else
        {
            await figures.RememberAsync(scope.Flow.Key, scope.Kind.Name, new SweepCount(seen[Side.Left].Count, seen[Side.Right].Count), cancellation);
            await brakes.MayAsync(scope, vanishing, cancellation);
        }

        if (gone.Count > 0)
        {
            var outcome = await batches.RunAsync(scope, gone, cancellation);
            await runs.AddAsync(scope.Flow.Key, scope.Run!.Value, scope.Kind.Name, outcome.Counts with { Done = 0 }, cancellation);
        }

        if (scope.Mode != RunMode.DryRun) await PutAwayAsync(scope, seen, cancellation);
    }

    /// <summary>Nobody has to decide any more about a record that no list shows, and that no link holds or only one that rests.</summary>
    private async Task PutAwayAsync(WorkScope scope, Dictionary<Side, SweepSet> seen, CancellationToken cancellation)
    {
        var dead = await links.WorkPageAsync(scope.Links, WorkReason.Dead, continuation: null, PageSize, cancellation);
        foreach (var side in Sides.Both)
        {
            var missing = dead.Items.Where(row => row.Value.Side == side && !seen[side].Contains(row.Value.RecordId)).ToList();
            if (missing.Count == 0) continue;
            var entries = await links.FindAsync(scope.Links, side, [.. missing.Select(row => row.Value.RecordId)], cancellation);
            var held = await links.LoadAsync(scope.Links, [.. entries.Values.Where(entry => !entry.Value.Tombstone).Select(entry => entry.Value.Link).OfType<LinkId>().Distinct()], cancellation);
            await links.DeleteWorkAsync(scope.Links, [.. missing.Where(row => !IsHeld(row.Value.RecordId))], cancellation);

            bool IsHeld(string id) => entries.TryGetValue(id, out var entry) && entry.Value is { Link: { } link, Tombstone: false } && held.TryGetValue(link, out var known) && known.Value.State != LinkState.Paused;
        }
    }

    private sealed record Comparison(int Links, List<SourceRecord> Missing, Dictionary<(Side, string), LinkId> LinkOfMissing, Dictionary<Side, List<string>> Canaries)
    {
        public LinkId? LinkOf(SourceRecord missing) => LinkOfMissing.TryGetValue((missing.Side, missing.Id), out var link) ? link : null;
    }

    private async Task<Comparison> CompareAsync(WorkScope scope, Dictionary<Side, SweepSet> seen, CancellationToken cancellation)
    {
        var canaries = Sides.Both.ToDictionary(side => side, _ => new List<string>());
        var found = new Comparison(0, [], [], canaries);
        string? after = null;
        do
        {
            var page = await links.LinksAsync(scope.Links, after, PageSize, cancellation);
            var active = page.Items.Where(link => link.Value is { State: LinkState.Active, LeftId: not null, RightId: not null }).ToList();
            found = found with { Links = found.Links + active.Count };
            foreach (var link in active)
            {
                foreach (var side in Sides.Both)
                {
                    var id = link.Value.IdOn(side)!;
                    if (!seen[side].Contains(id))
                    {
                        found.Missing.Add(new SourceRecord(side, id, null));
                        found.LinkOfMissing[(side, id)] = link.Value.Id;
                    }
                    else if (canaries[side].Count < Canaries)
                    {
                        canaries[side].Add(id);
                    }
                }
            }

            // Nothing is to be made any more of a record that is gone.
            foreach (var link in page.Items.Where(link => link.Value.State == LinkState.Creating))
            {
                foreach (var side in Sides.Both)
                {
                    if (link.Value.IdOn(side) is { } id && !seen[side].Contains(id)) found.Missing.Add(new SourceRecord(side, id, null));
                }
            }

            await RestAsync(scope, active, cancellation);
            after = page.Continuation;
        }
        while (after is not null);
        return found;
    }

    /// <summary>Remembers since when records rest, and pauses the links of those that have for long enough.</summary>
    private async Task RestAsync(WorkScope scope, List<Versioned<Link>> active, CancellationToken cancellation)
    {
        if (scope.Settings.AutoPauseOf(scope.Kind) is not { Off: false } rule || scope.Mode == RunMode.DryRun) return;
        var now = time.GetUtcNow();
        var changed = new List<LinkUnit>();
        var entries = new List<LogEntry>();
        foreach (var link in active)
        {
            var since = rule.RestingSince(link.Value.RestingSince, new Record(link.Value.LeftId!, link.Value.Bases.Left), now);
            if (since is null) since = rule.RestingSince(link.Value.RestingSince, new Record(link.Value.RightId!, link.Value.Bases.Right), now);
            var after = link.Value with { RestingSince = since };
            if (rule.IsDue(since, now))
            {
                after = after with { State = LinkState.Paused, PausedBy = PauseCause.Resting, StateSince = now, Reason = $"Its {rule.Field} has been {string.Join(" or ", rule.Values)} since {since:yyyy-MM-dd}." };
                entries.Add(new LogEntry(now, LogSeverity.Info, "paused", $"Paused by itself: {after.Reason}") { Kind = scope.Kind.Name, LinkId = after.Id, RecordId = after.LeftId, Side = Side.Left, RunId = scope.Run, WhatToDo = "Resume the link if the record is to be synchronised again." });
            }

            if (after != link.Value) changed.Add(new LinkUnit { Link = after, LinkETag = link.ETag });
        }

        // Who lost a race is looked at by the next sweep.
        foreach (var chunk in changed.Chunk(UnitsAtOnce)) await links.CommitAsync(scope.Links, chunk, cancellation);
        await book.NoteAsync(scope.Flow.Key, [.. changed.Select(unit => unit.Link!)], cancellation);
        if (entries.Count > 0) await log.AppendAsync(scope.Flow.Key, entries, cancellation);
    }

    /// <summary>Whether the vendor finds records that its list has just shown. Where the kind has none left that could be asked, the list itself has to do.</summary>
    private static async Task<bool> SingAsync(WorkScope scope, Side side, List<string> canaries, CancellationToken cancellation)
    {
        foreach (var id in canaries)
        {
            if ((await scope.Flow.On(side).GetAsync(scope.Kind, id, cancellation)).Failure is not null) return false;
        }

        return true;
    }

    private async Task<List<SourceRecord>> ConfirmAsync(WorkScope scope, List<SourceRecord> missing, CancellationToken cancellation)
    {
        var readAt = time.GetUtcNow();
        var confirmed = new SourceRecord?[missing.Count];
        await Concurrent.ForAsync(missing.Count, BatchSync.ReadsAtOnce, async (i, token) =>
        {
            var failure = (await scope.Flow.On(missing[i].Side).GetAsync(scope.Kind, missing[i].Id, token)).Failure;
            if (failure?.Kind == FailureKind.NotFound) confirmed[i] = missing[i] with { MergedInto = failure.MergedInto, ReadAt = readAt };
        }, cancellation);
        return confirmed.OfType<SourceRecord>().ToList();
    }

    private Task TellAsync(WorkScope scope, Side side, string code, string text, CancellationToken cancellation) => scope.Mode == RunMode.DryRun ? Task.CompletedTask : log.AppendAsync(
        scope.Flow.Key,
        [
            new LogEntry(time.GetUtcNow(), LogSeverity.Error, code, text)
            {
                Kind = scope.Kind.Name,
                Side = side,
                RunId = scope.Run,
                WhatToDo = "Check that the system is up and that the connected user may still see all records; the next comprehensive run looks again. If the records were really deleted, unlink or archive them by hand.",
            },
        ],
        cancellation);

    private static string Name(WorkScope scope, Side side) => scope.Flow.On(side).Connector.Catalog.DisplayName;
}
