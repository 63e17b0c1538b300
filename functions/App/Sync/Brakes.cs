using System.Collections.Immutable;
using SyncFunctions.App.Notices;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>
/// Stops when suspiciously many records of a kind vanish: a revoked right, an outage or a slip of a person looks just like deletions. Whatever
/// the source (a sweep, a webhook, an edit to archived), nothing more is archived or deleted until a person has looked.
/// </summary>
public sealed class Brakes(BrakeStore brakes, LinkStore links, WorkList work, IntegrationLog log, NoticeOutbox notices, TimeProvider time)
{
    private const int PageSize = 1000;
    private const int UnitsAtOnce = 33;

    private static readonly TimeSpan CountedFor = TimeSpan.FromHours(1);

    /// <param name="cases">Cases that archive or delete.</param>
    /// <returns>Those that may go on; the others wait on the work list for a person.</returns>
    internal async Task<IReadOnlyList<SyncCase>> AllowAsync(WorkScope scope, IReadOnlyList<SyncCase> cases, CancellationToken cancellation)
    {
        if (cases.Count == 0 || scope.Mode == RunMode.Manual) return cases;
        await KnowWaitingAsync(scope, cases, cancellation);
        var confirmedAt = (await brakes.GetAsync(scope.Flow.Key, scope.Kind.Name, cancellation))?.Value.ConfirmedAt;
        var confirmed = cases.Where(item => item.Work.Exists(work => work.Value.FirstAt <= confirmedAt && work.Value.Reason == WorkReason.Braked)).ToList();
        var others = cases.Except(confirmed).ToList();
        return await MayAsync(scope, [.. others.Select(item => item.Link!.Value.Value.Id)], cancellation) ? cases : confirmed;
    }

    /// <summary>Counts these links as vanishing, all or none.</summary>
    /// <returns>False where the brake holds.</returns>
    internal async Task<bool> MayAsync(WorkScope scope, IReadOnlyList<LinkId> vanishing, CancellationToken cancellation)
    {
        if (vanishing.Count == 0) return true;
        while (true)
        {
            var now = time.GetUtcNow();
            var before = await brakes.GetAsync(scope.Flow.Key, scope.Kind.Name, cancellation);
            var brake = before?.Value ?? new Brake(scope.Kind.Name);
            if (brake.TrippedAt is not null) return false;
            var recent = brake.Recent.RemoveRange(brake.Recent.Where(item => now - item.Value >= BrakeRule.Window).Select(item => item.Key));
            var news = vanishing.Where(link => !recent.ContainsKey(link.Value)).Distinct().ToList();
            if (news.Count == 0) return true;
            var count = recent.Count + news.Count;
            if (count > BrakeRule.AlwaysAllowed && (brake.CountedAt is not { } counted || now - counted >= CountedFor)) brake = brake with { Links = await CountAsync(scope.Links, cancellation), CountedAt = now };
            var trips = BrakeRule.Trips(count, brake.Links);
            var after = trips
                ? brake with { Recent = recent, TrippedAt = now, Reason = $"{count} of {Number(brake.Links)} linked records would have been archived or deleted within a day." }
                : brake with { Recent = recent.AddRange(news.Select(link => KeyValuePair.Create(link.Value, now))) };
            if (!await brakes.PutAsync(scope.Flow.Key, after, before?.ETag, cancellation)) continue;
            if (trips) await TellAsync(scope, after, now, cancellation);
            return !trips;
        }
    }

    /// <summary>What waits goes on; what comes later counts anew.</summary>
    /// <returns>False where the brake does not hold, and nothing waits that was confirmed before.</returns>
    public async Task<bool> ConfirmAsync(LinkScope scope, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var waiting = await ReleaseAsync(scope, brake => brake with { ConfirmedAt = now }, cancellation)
            ? await WaitingAsync(scope, cancellation)
            : await ConfirmedAsync(scope, cancellation);
        if (waiting is null) return false;
        await work.PutAsync(scope, [.. waiting.Select(row => row.Value with { DueAt = now, Detail = "Confirmed by a person." })], cancellation);
        await log.AppendAsync(scope.Flow, [new LogEntry(now, LogSeverity.Info, "brake-confirmed", $"The {waiting.Count} archivings and deletions that waited were confirmed by a person; they go on.") { Kind = scope.Kind }], cancellation);
        return true;
    }

    /// <summary>To be called when cases that the brake held are on the work list: a person may have released it just before, and have seen no row of theirs.</summary>
    internal async Task LookAgainAsync(WorkScope scope, CancellationToken cancellation)
    {
        if ((await brakes.GetAsync(scope.Flow.Key, scope.Kind.Name, cancellation))?.Value.TrippedAt is not null) return;
        var (now, waiting) = (time.GetUtcNow(), await WaitingAsync(scope.Links, cancellation));
        await work.PutAsync(scope.Links, [.. waiting.Select(row => row.Value with { Reason = WorkReason.Again, DueAt = now, Detail = "The brake was released meanwhile." })], cancellation);
    }

    /// <summary>What is left of an earlier confirmation, in the middle of which the app died; null where nothing is.</summary>
    private async Task<IReadOnlyList<Versioned<WorkItem>>?> ConfirmedAsync(LinkScope scope, CancellationToken cancellation)
    {
        if ((await brakes.GetAsync(scope.Flow, scope.Kind, cancellation))?.Value.ConfirmedAt is not { } confirmedAt) return null;
        var left = (await WaitingAsync(scope, cancellation)).Where(row => row.Value.FirstAt <= confirmedAt && row.Value.DueAt == DateTimeOffset.MaxValue).ToList();
        return left.Count == 0 ? null : left;
    }

    /// <summary>What waits is left alone: its links are paused, so that no sweep finds it again.</summary>
    /// <returns>False where the brake does not hold.</returns>
    public async Task<bool> DismissAsync(LinkScope scope, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var waiting = await WaitingAsync(scope, cancellation);
        var known = await links.LoadAsync(scope, [.. waiting.Select(work => work.Value.Link).OfType<LinkId>().Distinct()], cancellation);
        var units = waiting.DistinctBy(work => (object?)work.Value.Link ?? work.Value.RecordId).Select(work => Left(work, known, now)).ToList();
        foreach (var chunk in units.Chunk(UnitsAtOnce)) await links.CommitAsync(scope, chunk, cancellation);
        if (!await ReleaseAsync(scope, brake => brake, cancellation)) return false;
        await log.AppendAsync(scope.Flow, [new LogEntry(now, LogSeverity.Info, "brake-dismissed", $"The {waiting.Count} archivings and deletions that waited were dismissed by a person; the links are paused.") { Kind = scope.Kind, WhatToDo = "Resume a link to have it synchronised again." }], cancellation);
        return true;
    }

    public async Task<IReadOnlyList<Versioned<WorkItem>>> WaitingAsync(LinkScope scope, CancellationToken cancellation) =>
        [.. (await links.WorkAsync(scope, int.MaxValue, cancellation)).Where(work => work.Value.Reason == WorkReason.Braked)];

    private static LinkUnit Left(Versioned<WorkItem> work, IReadOnlyDictionary<LinkId, Versioned<Link>> known, DateTimeOffset now)
    {
        if (work.Value.Link is not { } id || !known.TryGetValue(id, out var link) || link.Value.State != LinkState.Active) return new LinkUnit { DoneWork = [work] };
        var paused = link.Value with { State = LinkState.Paused, PausedBy = null, StateSince = now, Reason = "Many records vanished at once, and a person left them alone." };
        return new LinkUnit { Link = paused, LinkETag = link.ETag, DoneWork = [work] };
    }

    private async Task<bool> ReleaseAsync(LinkScope scope, Func<Brake, Brake> change, CancellationToken cancellation)
    {
        while (await brakes.GetAsync(scope.Flow, scope.Kind, cancellation) is { Value.TrippedAt: not null } held)
        {
            var free = change(held.Value with { TrippedAt = null, Reason = null, Recent = ImmutableSortedDictionary<string, DateTimeOffset>.Empty });
            if (await brakes.PutAsync(scope.Flow, free, held.ETag, cancellation)) return true;
        }

        return false;
    }

    /// <summary>A sweep brings records without the rows that wait for them.</summary>
    private async Task KnowWaitingAsync(WorkScope scope, IReadOnlyList<SyncCase> cases, CancellationToken cancellation)
    {
        var unknown = cases.Where(item => item.Work.Count == 0).DistinctBy(item => (item.Source, item.SourceId)).ToDictionary(item => (item.Source, item.SourceId));
        if (unknown.Count == 0) return;
        foreach (var row in await links.FindWorkAsync(scope.Links, unknown.Keys, cancellation)) unknown[(row.Value.Side, row.Value.RecordId)].Work.Add(row);
    }

    private async Task<int> CountAsync(LinkScope scope, CancellationToken cancellation)
    {
        var (count, after) = (0, (string?)null);
        do
        {
            var page = await links.LinksAsync(scope, after, PageSize, cancellation);
            count += page.Items.Count(link => link.Value is { State: LinkState.Active });
            after = page.Continuation;
        }
        while (after is not null && count < BrakeRule.LinksThatCount);
        return count;
    }

    private async Task TellAsync(WorkScope scope, Brake brake, DateTimeOffset now, CancellationToken cancellation)
    {
        var entry = new LogEntry(now, LogSeverity.Error, "mass-delete-refused", $"{brake.Reason} Nothing was archived or deleted.")
        {
            Kind = scope.Kind.Name,
            RunId = scope.Run,
            WhatToDo = "Check that the connected users may still see all records. If the records were meant to vanish, confirm it; otherwise dismiss it.",
        };
        await log.AppendAsync(scope.Flow.Key, [entry], cancellation);
        await notices.RaiseAsync(scope.Flow.Key, brake, cancellation);
    }

    private static string Number(int links) => links >= BrakeRule.LinksThatCount ? $"{BrakeRule.LinksThatCount} or more" : $"{links}";
}
