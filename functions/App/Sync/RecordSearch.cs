using System.Collections.Immutable;
using System.Text.Json.Serialization;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>Where a record stands.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RecordPlace>))]
public enum RecordPlace
{
    /// <summary>Linked, and nothing of it waits.</summary>
    Linked,

    /// <summary>Linked, but some of it does not flow as things are.</summary>
    LinkedInPart,

    /// <summary>It comes by itself: it is being written, or due soon.</summary>
    Coming,

    /// <summary>The loop lock makes it wait.</summary>
    Held,

    /// <summary>A record that it refers to is not linked yet.</summary>
    Waiting,

    /// <summary>A vendor call failed, and is tried again.</summary>
    Retrying,

    /// <summary>A brake holds it until a person confirms.</summary>
    Braked,

    /// <summary>Given up: a person decides.</summary>
    GivenUp,
    Paused,

    /// <summary>Two programs wrote it to and fro.</summary>
    Quarantined,
    Unlinked,

    /// <summary>For good.</summary>
    Disconnected,

    /// <summary>It has no counterpart.</summary>
    Unmatched,

    /// <summary>A person said that it is not to be matched.</summary>
    Dismissed,

    /// <summary>Only the log knows it: it was looked at and left where it is.</summary>
    LeftAlone,
}

/// <summary>A record that a search found: linked ones with both sides, others with one.</summary>
/// <param name="Side">Of a record without a link; null where both sides have it.</param>
/// <param name="Why">In words; the vendor's own where it refused.</param>
/// <param name="Work">What of it is on the work list.</param>
/// <param name="Last">The last that the log says of it, where that is not long ago.</param>
public sealed record FoundRecord(
    string Kind, Side? Side, string? LeftId, string? LeftName, string? RightId, string? RightName, LinkId? Link, RecordPlace Place, string Why, IReadOnlyList<WorkItem> Work, LogEntry? Last)
{
    /// <summary>What it refers to, and waits for.</summary>
    public AwaitedRecord? Awaits { get; init; } = Work.Select(item => item.Awaits).FirstOrDefault(awaits => awaits is not null);

    /// <summary>The next step: a record that has to be linked before this one can be; null where there is none.</summary>
    public LinkFirst? LinkFirst { get; init; }
}

/// <param name="Name">What people call it; null where nobody has seen it.</param>
public sealed record LinkFirst(string Kind, Side Side, string Id, string? Name);

/// <summary>
/// Finds a record by its name or id on either side, wherever it stands: linked, without a counterpart, on the work list, or left alone. Nothing but
/// what the app remembers is searched; a vendor is not asked.
/// </summary>
public sealed class RecordSearch(LinkStore links, RecordNames names, IntegrationLog log)
{
    /// <summary>So many rows are looked through before the answer ends with what was found, and where to go on.</summary>
    private const int MostLooked = 5000;

    /// <summary>So many of the newest lines of the log are looked through.</summary>
    private const int MostLines = 1000;

    public async Task<Page<FoundRecord>> RunAsync(FlowKey flow, IReadOnlyList<KindMap> kinds, string search, string? continuation, int limit, CancellationToken cancellation)
    {
        var text = new SearchText(search);
        var lines = (await log.ListAsync(flow, LogFilter.None, null, MostLines, cancellation)).Items;
        var found = new List<FoundRecord>();

        // What is known by this very id, and what the log speaks of, comes first; the walk by names follows.
        if (continuation is null)
        {
            var told = lines.Where(line => line is { Kind: not null, Side: not null, RecordId: not null } && text.Finds(line.RecordId, line.Label ?? "")).Select(line => new AwaitedRecord(line.Kind!, line.Side!.Value, line.RecordId!));
            var named = kinds.SelectMany(kind => Sides.Both.Select(side => new AwaitedRecord(kind.Name, side, search)));
            var wanted = told.Concat(named).Concat(await BeingMadeAsync(flow, kinds, text, cancellation)).Distinct().GroupBy(record => record.Kind).Where(kind => kinds.Any(map => map.Name == kind.Key));
            foreach (var known in await Task.WhenAll(wanted.Select(kind => KnownAsync(new LinkScope(flow, kind.Key), [.. kind], lines, cancellation)))) found.AddRange(known);
        }

        var (walked, next) = await WalkAsync(flow, kinds, text, lines, continuation, Math.Max(1, limit - found.Count), cancellation);
        return new(await WithNextAsync(flow, [.. found.Concat(walked).DistinctBy(record => (record.Kind, record.Link, record.LeftId, record.RightId))], cancellation), next);
    }

    private async Task<IReadOnlyList<FoundRecord>> WithNextAsync(FlowKey flow, IReadOnlyList<FoundRecord> found, CancellationToken cancellation)
    {
        var known = await names.OfAsync(flow, found.Select(record => record.Awaits).OfType<AwaitedRecord>(), cancellation);
        return [.. found.Select(record => record.Awaits is { } awaits && known.GetValueOrDefault(awaits) is not { Link: not null } ? record with { LinkFirst = new LinkFirst(awaits.Kind, awaits.Side, awaits.RecordId, known.GetValueOrDefault(awaits)?.Name) } : record)];
    }

    /// <summary>Records whose counterpart is being made: their links know no name yet.</summary>
    private async Task<IReadOnlyList<AwaitedRecord>> BeingMadeAsync(FlowKey flow, IReadOnlyList<KindMap> kinds, SearchText text, CancellationToken cancellation)
    {
        var open = await Task.WhenAll(kinds.SelectMany(kind => Sides.Both.Select(async target =>
            (await links.OpenCreatesAsync(new LinkScope(flow, kind.Name), target, cancellation)).Select(link => link.Value.IdOn(target.Other())).OfType<string>().Select(id => new AwaitedRecord(kind.Name, target.Other(), id)))));
        var made = open.SelectMany(records => records);
        return [.. (await names.OfAsync(flow, made, cancellation)).Where(record => text.Finds(record.Key.RecordId, record.Value.Name)).Select(record => record.Key)];
    }

    private async Task<(List<FoundRecord> Found, string? Continuation)> WalkAsync(
        FlowKey flow, IReadOnlyList<KindMap> kinds, SearchText text, IReadOnlyList<LogEntry> lines, string? continuation, int limit, CancellationToken cancellation)
    {
        // Kind by kind, and of each the links, then what has none on the left, then on the right: the continuation names all three.
        var stages = kinds.SelectMany(kind => "klr".Select(stage => $"{kind.Name} {stage}")).ToList();
        var (current, after) = continuation?.Split(' ', 3) is [var name, var part, var row] ? ($"{name} {part}", row.Length > 0 ? row : null) : (stages[0], null);
        var found = new List<FoundRecord>();
        var looked = 0;
        foreach (var (number, stage) in stages.Index().SkipWhile(stage => stage.Item != current))
        {
            if (found.Count >= limit || looked >= MostLooked) return (found, $"{stage} ");
            var scope = new LinkScope(flow, stage[..^2]);
            var (most, max) = (MostLooked - looked, limit - found.Count);
            if (stage[^1] == 'k')
            {
                var page = await links.SearchAsync(scope, text.Finds, after, max, most, cancellation);
                found.AddRange(await OfLinksAsync(scope, page.Items, lines, cancellation));
                (after, looked) = (page.Continuation, looked + page.Looked);
            }
            else
            {
                var page = await links.SearchUnlinkedAsync(scope, stage[^1] == 'l' ? Side.Left : Side.Right, entry => text.Finds(entry.RecordId, entry.Label), after, max, most, cancellation);
                found.AddRange(await OfEntriesAsync(scope, page.Items, lines, cancellation));
                (after, looked) = (page.Continuation, looked + page.Looked);
            }

            if (after is not null) return (found, $"{stage} {after}");
        }

        return (found, null);
    }

    private async Task<IEnumerable<FoundRecord>> KnownAsync(LinkScope scope, IReadOnlyList<AwaitedRecord> records, IReadOnlyList<LogEntry> lines, CancellationToken cancellation)
    {
        var entries = new List<IndexEntry>();
        foreach (var side in records.GroupBy(record => record.Side)) entries.AddRange((await links.FindAsync(scope, side.Key, [.. side.Select(record => record.RecordId)], cancellation)).Values.Select(entry => entry.Value));
        var linked = (await links.LoadAsync(scope, [.. entries.Select(entry => entry.Link).OfType<LinkId>().Distinct()], cancellation)).Values.Select(link => link.Value).ToList();
        var known = entries.Select(entry => (entry.Side, entry.RecordId)).ToHashSet();
        var unknown = records.Select(record => (record.Side, record.RecordId)).Where(record => !known.Contains(record)).ToList();
        var work = (await links.FindWorkAsync(scope, unknown, cancellation)).Select(row => row.Value).ToLookup(item => (item.Side, item.RecordId));
        var alone = from record in unknown
                    let waits = work[record].ToList()
                    let last = lines.FirstOrDefault(line => line.Kind == scope.Kind && line.Side == record.Side && line.RecordId == record.RecordId)
                    where waits.Count > 0 || last is not null
                    select Lone(scope.Kind, record.Side, record.RecordId, last?.Label ?? record.RecordId, Waiting(waits) ?? (RecordPlace.LeftAlone, last!.Text), waits, last);
        return [.. await OfLinksAsync(scope, linked, lines, cancellation), .. await OfEntriesAsync(scope, [.. entries.Where(entry => entry.Link is null)], lines, cancellation), .. alone];
    }

    private async Task<IReadOnlyList<FoundRecord>> OfLinksAsync(LinkScope scope, IReadOnlyList<Link> found, IReadOnlyList<LogEntry> lines, CancellationToken cancellation)
    {
        var records = found.SelectMany(link => Sides.Both.Where(side => link.IdOn(side) is not null).Select(side => (side, link.IdOn(side)!))).ToList();
        var work = (await links.FindWorkAsync(scope, records, cancellation)).Select(row => row.Value).ToLookup(item => (item.Side, item.RecordId));
        var nameless = await names.OfAsync(scope.Flow, found.Where(link => link.Bases == Bases.None).SelectMany(link => Sides.Both.Where(side => link.IdOn(side) is not null).Select(side => new AwaitedRecord(scope.Kind, side, link.IdOn(side)!))), cancellation);
        return [.. from link in found
                   let waits = Sides.Both.SelectMany(side => work[(side, link.IdOn(side) ?? "")]).ToList()
                   let place = PlaceOf(link, waits)
                   select new FoundRecord(
                       scope.Kind, null, link.LeftId, NameOn(link, Side.Left), link.RightId, NameOn(link, Side.Right), link.Id, place.Place, place.Why, waits, lines.FirstOrDefault(line => line.LinkId == link.Id && line.Kind == scope.Kind))];

        string? NameOn(Link link, Side side) => link.IdOn(side) is { } id ? nameless.GetValueOrDefault(new AwaitedRecord(scope.Kind, side, id))?.Name ?? link.LabelOn(side) : null;
    }

    private async Task<IReadOnlyList<FoundRecord>> OfEntriesAsync(LinkScope scope, IReadOnlyList<IndexEntry> found, IReadOnlyList<LogEntry> lines, CancellationToken cancellation)
    {
        var work = (await links.FindWorkAsync(scope, [.. found.Select(entry => (entry.Side, entry.RecordId))], cancellation)).Select(row => row.Value).ToLookup(item => (item.Side, item.RecordId));
        return [.. from entry in found
                   let waits = work[(entry.Side, entry.RecordId)].ToList()
                   let place = entry.Tombstone ? (RecordPlace.Dismissed, "Not to be matched.") : Waiting(waits) ?? (RecordPlace.Unmatched, UnmatchedRecords.WhyNot(entry))
                   select Lone(scope.Kind, entry.Side, entry.RecordId, entry.Label, place, waits, lines.FirstOrDefault(line => line.Kind == scope.Kind && line.Side == entry.Side && line.RecordId == entry.RecordId)) is var lone && entry.First is { } first ? lone with { Awaits = first } : lone];
    }

    private static FoundRecord Lone(string kind, Side side, string id, string name, (RecordPlace Place, string Why) place, IReadOnlyList<WorkItem> work, LogEntry? last) => side == Side.Left
        ? new FoundRecord(kind, side, id, name, null, null, null, place.Place, place.Why, work, last)
        : new FoundRecord(kind, side, null, null, id, name, null, place.Place, place.Why, work, last);

    private static (RecordPlace Place, string Why) PlaceOf(Link link, IReadOnlyList<WorkItem> work)
    {
        var notes = string.Join(' ', Sides.Both.Select(link.Notes.On).OfType<string>().Distinct());
        return link switch
        {
            { State: LinkState.Tombstone, Final: true } => (RecordPlace.Disconnected, link.Reason ?? "Disconnected for good."),
            { State: LinkState.Tombstone } => (RecordPlace.Unlinked, link.Reason ?? "Unlinked."),
            { State: LinkState.Paused } => (RecordPlace.Paused, link.Reason ?? "Paused."),
            { State: LinkState.Quarantined } => (RecordPlace.Quarantined, link.Reason ?? "Two programs wrote it to and fro."),

            // Who waited for a write that has been answered since looks at it once more, for nothing.
            _ when Waiting([.. work.Where(item => item.Reason != WorkReason.Intent || link.Intent is not null)]) is { } waits => waits,
            { State: LinkState.Creating } => (RecordPlace.Coming, "Its counterpart is being made."),
            _ when notes.Length > 0 => (RecordPlace.LinkedInPart, notes),
            _ => (RecordPlace.Linked, "The two are linked, and nothing of them waits."),
        };
    }

    /// <summary>By the row that is furthest from being done by itself; null where there is none.</summary>
    private static (RecordPlace Place, string Why)? Waiting(IReadOnlyList<WorkItem> work)
    {
        if (work.MaxBy(item => Weight(item.Reason)) is not { } item) return null;
        return item.Reason switch
        {
            WorkReason.Dead => (RecordPlace.GivenUp, item.Detail ?? "Given up after too many attempts."),
            WorkReason.Braked => (RecordPlace.Braked, item.Detail ?? "A brake holds it until a person confirms."),
            WorkReason.Retry => (RecordPlace.Retrying, item.Detail ?? "It could not be done, and is tried again."),
            WorkReason.Parked => (RecordPlace.Waiting, item.Detail ?? "It waits for a record that it refers to."),
            WorkReason.Held => (RecordPlace.Held, item.Detail ?? "The other side was changed last."),
            _ => (RecordPlace.Coming, item.Detail ?? "It is looked at in a moment."),
        };
    }

    private static int Weight(WorkReason reason) => reason switch
    {
        WorkReason.Dead => 5,
        WorkReason.Braked => 4,
        WorkReason.Retry => 3,
        WorkReason.Parked => 2,
        WorkReason.Held => 1,
        _ => 0,
    };
}
