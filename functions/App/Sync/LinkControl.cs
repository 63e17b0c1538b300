using System.Collections.Immutable;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>What a person does with one link as a whole: let it rest, let it go on, end it for good.</summary>
public sealed class LinkControl(LinkStore links, WorkList list, ProjectBook book, IntegrationLog log, TimeProvider time)
{
    private static readonly TimeSpan Later = TimeSpan.FromMinutes(1);

    public Task<ManualResult> PauseAsync(LinkScope scope, LinkId link, CancellationToken cancellation) => ChangeAsync(
        scope,
        link,
        found => found.State is LinkState.Active or LinkState.Quarantined ? found with { State = LinkState.Paused, PausedBy = null, StateSince = time.GetUtcNow(), Reason = "Paused by hand." } : null,
        new LogEntry(time.GetUtcNow(), LogSeverity.Info, "paused", "Paused by hand: changes of the two records do not flow.") { WhatToDo = "Resume it when they are to flow again." },
        "The link is not active.",
        cancellation);

    /// <summary>What changed meanwhile on either side is planned at once; so is what lives inside.</summary>
    /// <param name="hasParts">What lives inside has ids of its own: a run of the project looks at all of it.</param>
    public async Task<ManualResult> ResumeAsync(LinkScope scope, LinkId link, IEnumerable<KindMap> insides, CancellationToken cancellation, bool hasParts = false)
    {
        var now = time.GetUtcNow();
        if (!(await links.LoadAsync(scope, [link], cancellation)).TryGetValue(link, out var before)) return Unknown;

        // On the list first, for somewhat later, so that nothing is forgotten by a crash in between.
        if (before.Value.State is LinkState.Paused or LinkState.Quarantined) await PlanAsync(scope, before.Value, insides, now + Later, cancellation);
        var result = await ChangeAsync(
            scope,
            link,
            found => found.State is LinkState.Paused or LinkState.Quarantined
                ? found with { State = LinkState.Active, PausedBy = null, StateSince = now, Reason = null, RestingSince = null, Writes = RecentWrites.None }
                : null,
            new LogEntry(now, LogSeverity.Info, "resumed", "Resumed by hand: what changed meanwhile is synchronised now."),
            "The link is not paused.",
            cancellation);
        if (!result.Done) return result;
        await PlanAsync(scope, before.Value, insides, now, cancellation);
        if (hasParts && (await links.LoadAsync(scope, [link], cancellation)).TryGetValue(link, out var after)) await book.NoteAsync(scope.Flow, [after.Value], cancellation, isResumed: true);
        return result;
    }

    /// <summary>For good: nobody, not even by hand, links the two again.</summary>
    public async Task<ManualResult> DisconnectAsync(LinkScope scope, LinkId id, CancellationToken cancellation)
    {
        if (!(await links.LoadAsync(scope, [id], cancellation)).TryGetValue(id, out var found)) return Unknown;
        if (found.Value is { State: LinkState.Tombstone, Final: true }) return new ManualResult(true, null, "Disconnected.", id);
        if (found.Value.Intent?.IsOpen(time.GetUtcNow()) == true) return new ManualResult(false, "busy", "The record is being written; try again in a minute.");
        var index = ImmutableArray.CreateBuilder<IndexWrite>();
        foreach (var side in Sides.Both)
        {
            if (found.Value.IdOn(side) is not { } record) continue;
            foreach (var entry in (await links.FindAsync(scope, side, [record], cancellation)).Values.Where(entry => entry.Value.Link == id)) index.Add(IndexWrite.Replace(entry, entry.Value with { Tombstone = true }));
        }

        var ended = found.Value with { State = LinkState.Tombstone, Final = true, Intent = null, StateSince = time.GetUtcNow(), Reason = "Disconnected by hand." };
        if (!(await links.CommitAsync(scope, [new LinkUnit { Link = ended, LinkETag = found.ETag, Index = index.ToImmutable(), ClosesCreate = CaseUnits.OpenOf(found.Value) }], cancellation))[0].Committed) return Changed;
        var entryOfLog = new LogEntry(time.GetUtcNow(), LogSeverity.Warning, "disconnected", "Disconnected by hand, for good: the two records are never linked again.");
        await book.NoteAsync(scope.Flow, [ended], cancellation);
        await log.AppendAsync(scope.Flow, [.. Story.OfUnsettled(found.Value, time.GetUtcNow()), entryOfLog with { Kind = scope.Kind, LinkId = id, RecordId = ended.LeftId, Side = Side.Left }], cancellation);
        return new ManualResult(true, null, "Disconnected.", id);
    }

    private static ManualResult Unknown => new(false, "not-found", "There is no such link.");

    private static ManualResult Changed => new(false, "busy", "The link changed at this moment; try again.");

    private async Task PlanAsync(LinkScope scope, Link link, IEnumerable<KindMap> insides, DateTimeOffset dueAt, CancellationToken cancellation)
    {
        foreach (var kind in insides.Select(inside => inside.Name).Prepend(scope.Kind))
        {
            // What lives inside is read on both sides by itself.
            var sides = Sides.Both.Where(side => link.IdOn(side) is not null && (kind == scope.Kind || side == Side.Left));
            var work = sides.Select(side => new WorkItem(kind, side, link.IdOn(side)!, WorkReason.Again, dueAt) { FirstAt = time.GetUtcNow(), Link = link.Id, Detail = "Its link was resumed." });
            await list.PutAsync(scope with { Kind = kind }, [.. work], cancellation);
        }
    }

    private async Task<ManualResult> ChangeAsync(LinkScope scope, LinkId id, Func<Link, Link?> change, LogEntry entry, string notNow, CancellationToken cancellation)
    {
        if (!(await links.LoadAsync(scope, [id], cancellation)).TryGetValue(id, out var found) || found.Value.State == LinkState.Tombstone) return Unknown;
        if (change(found.Value) is not { } changed) return new ManualResult(false, "not-now", notNow);
        if (!(await links.CommitAsync(scope, [new LinkUnit { Link = changed, LinkETag = found.ETag }], cancellation))[0].Committed) return Changed;
        await book.NoteAsync(scope.Flow, [changed], cancellation);
        await log.AppendAsync(scope.Flow, [entry with { Kind = scope.Kind, LinkId = id, RecordId = changed.LeftId, Side = Side.Left }], cancellation);
        return new ManualResult(true, null, entry.Text, id);
    }
}
