using System.Collections.Immutable;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>Counts, log lines and work rows that a batch leaves behind.</summary>
internal sealed class Tally(WorkScope scope, DateTimeOffset now)
{
    /// <summary>Attempts before a record waits for a person.</summary>
    private const int MaxAttempts = 8;

    /// <summary>A list is mostly read to its end by then.</summary>
    private static readonly TimeSpan UntilRead = TimeSpan.FromMinutes(1);

    /// <summary>Rows that are still to be stored, by the case that leaves them.</summary>
    private readonly Dictionary<SyncCase, WorkItem> _work = [];

    private readonly HashSet<SyncCase> _open = [];
    private readonly HashSet<SyncCase> _noted = [];
    private readonly bool _hasInsides = scope.Flow.Pair.Inside(scope.Kind).Any();

    public KindCounts Counts { get; private set; } = KindCounts.None;

    /// <summary>Records that wait for a person from now on.</summary>
    public int GivenUp { get; private set; }

    /// <summary>Held from now on.</summary>
    public int Held { get; private set; }

    /// <summary>What failed, and how.</summary>
    public List<FailureKind> Failures { get; } = [];

    public List<LogEntry> Entries { get; } = [];

    /// <summary>
    /// Writes the lines there are by now. Before the outcome they are about is stored: what a crash comes between is told twice, never not at all.
    /// </summary>
    public async Task TellAsync(IntegrationLog log, CancellationToken cancellation)
    {
        if (Entries.Count == 0) return;
        await log.AppendAsync(scope.Flow.Key, Entries, cancellation);
        Entries.Clear();
    }

    public List<LinkId> Parents { get; } = [];

    /// <summary>Records that others wait for and that nobody may bring by themselves soon: look-up data, and parts of a project.</summary>
    public List<AwaitedRecord> Wanted { get; } = [];

    /// <param name="decided">The conflicts that are decided now.</param>
    public void Tell(SyncCase item, IReadOnlyCollection<SyncAction.Conflict> decided)
    {
        Counts = Counts with { Done = Counts.Done + 1 };
        foreach (var action in item.Plan!.Actions.Where(action => action is not SyncAction.Conflict conflict || decided.Contains(conflict)))
        {
            switch (action)
            {
                case SyncAction.Join:
                    Counts = Counts with { Linked = Counts.Linked + 1 };
                    break;
                case SyncAction.Conflict:
                    Counts = Counts with { Conflicts = Counts.Conflicts + 1 };
                    break;
                case SyncAction.Hold hold:
                    Counts = Counts with { Held = Counts.Held + 1 };
                    Hold(item, hold);
                    break;
                case SyncAction.Park park:
                    Counts = Counts with { Parked = Counts.Parked + 1 };
                    Wait(item, park.Field, new AwaitedRecord(park.Kind, park.Source, park.RecordId));
                    break;
                case SyncAction.Postpone postpone:
                    Defer(item, WorkReason.Unread, now + UntilRead, postpone.Why);
                    break;
                case SyncAction.Offer or SyncAction.Skip:
                    Counts = Counts with { Skipped = Counts.Skipped + 1 };
                    break;
            }

            var isKnown = action is SyncAction.Offer or SyncAction.Skip && IsKnown(item, action);
            var isToldAlready = item.Work.Exists(work => (work.Value.Reason, action) is (WorkReason.Parked, SyncAction.Park) or (WorkReason.Held, SyncAction.Hold));
            if (action is SyncAction.Hold && !isToldAlready) Held++;
            if (!isKnown && !isToldAlready && Story.Of(scope, item, action, now) is { } entry) Entries.Add(entry);
        }
    }

    public void Applied(SyncCase item, SyncAction action)
    {
        var archives = action is SyncAction.Write write && write.Fields.Find(KindMap.Lifecycle) == KindMap.Archived;
        Counts = action switch
        {
            SyncAction.Create => Counts with { Created = Counts.Created + 1 },
            _ when archives => Counts with { Archived = Counts.Archived + 1 },
            _ => Counts with { Updated = Counts.Updated + 1 },
        };
        Entries.Add(Story.OfApplied(scope, item, action, now));
    }

    public void Failed(SyncCase item, VendorFailure failure, SyncAction? action = null)
    {
        item.Failure = failure;
        if (!scope.ByHand && failure.Kind == FailureKind.NotFound && item.Link is { } fresh && scope.ShowsBy(fresh.Value) is { } shown && shown > now)
        {
            Defer(item, WorkReason.Retry, shown, "It was created a moment ago, and is not shown yet.");
            return;
        }

        Counts = Counts with { Failed = Counts.Failed + 1 };
        Failures.Add(failure.Kind);
        Entries.Add(Story.OfFailure(scope, item, failure, action, now));
        if (failure.Ambiguous || scope.ByHand) return;
        var attempts = Attempts(item);

        // No record is to blame for a system that is away, or that a person has to let us into again: what came meanwhile follows by itself.
        var gaveUp = failure.Kind == FailureKind.Permanent || (attempts >= MaxAttempts && failure.Kind is FailureKind.Transient or FailureKind.Conflict or FailureKind.NotFound);
        if (gaveUp && !item.Work.Exists(work => work.Value.Reason == WorkReason.Dead)) GivenUp++;
        var due = failure.Until ?? now + Backoff(attempts);
        Put(item, gaveUp ? WorkReason.Dead : WorkReason.Retry, gaveUp ? DateTimeOffset.MaxValue : due, failure.Message, attempts);
    }

    /// <summary>What the record that is left says has to be merged, too.</summary>
    public void Moved(SyncCase item, SyncAction.Move move) =>
        Add(item, New(item, WorkReason.Again, now, "Another record was merged into it.", 0) with { Side = move.Side, RecordId = move.Id });

    public void Quarantined(SyncCase item, RecentWrites writes) => Entries.Add(
        Story.Of(
            scope,
            item,
            now,
            LogSeverity.Error,
            "quarantined",
            $"Stopped: written {writes.Items.Length} times in a short time, with values that come again. Something writes against the sync.",
            "Find out what changes the record in the other system, then resume the link.") with
        {
            Values = writes.Items.Select((write, number) => (Name: $"{number + 1:00}", Text: $"{write.At:u} to {scope.NameOf(write.Side)}: {write.Hash}")).ToImmutableSortedDictionary(write => write.Name, write => write.Text),
        });

    public void Again(SyncCase item, string detail) => Put(item, WorkReason.Again, now, detail, 0);

    /// <summary>Whoever brought it up, the row is that of the record whose change waits.</summary>
    private void Hold(SyncCase item, SyncAction.Hold hold) => Add(
        item,
        New(item, WorkReason.Held, hold.Until, $"{string.Join(", ", hold.Fields.Keys)} of {scope.NameOf(hold.Source)}: the other side was changed last.", 0) with { Side = hold.Source, RecordId = item.Link!.Value.Value.IdOn(hold.Source)! });

    public void Defer(SyncCase item, WorkReason reason, DateTimeOffset until, string detail) => Put(item, reason, until, detail, 0);

    /// <summary>Until a person confirms it, however long that takes.</summary>
    public void Brake(SyncCase item)
    {
        Counts = Counts with { Done = Counts.Done + 1, Held = Counts.Held + 1 };
        Put(item, WorkReason.Braked, DateTimeOffset.MaxValue, "Many records of its kind vanish at once; a person has to confirm it.", 0);
    }

    /// <summary>Until what it refers to is linked; it is looked at meanwhile, ever more rarely, since every look costs a call.</summary>
    public void Wait(SyncCase item, string field, AwaitedRecord? awaited)
    {
        var attempts = Attempts(item);
        if (awaited is not null && attempts == 1 && scope.Flow.Pair.Kind(awaited.Kind) is { IsReference: true } or { PartOf: not null }) Wanted.Add(awaited);
        Add(item, New(item, WorkReason.Parked, now + Backoff(attempts), Awaiting(field, awaited), attempts) with { Awaits = awaited });
    }

    private string Awaiting(string field, AwaitedRecord? awaited) => awaited is null
        ? $"Its {field} is not linked yet."
        : $"Its {field} is not linked yet: {awaited.Kind} {awaited.RecordId} of {scope.NameOf(awaited.Side)}.";

    /// <summary>What is as it was at the last look is not told again; a line for each older record would drown the log.</summary>
    private static bool IsKnown(SyncCase item, SyncAction action)
    {
        var skip = action as SyncAction.Skip;
        if (skip?.Reason.IsState() == true) return true;
        if (item.Link is { } link) return skip?.Reason.Lasts() == true && link.Value.Notes.On(skip.Side)?.Contains(skip.Detail, StringComparison.Ordinal) == true;
        return item.Index.TryGetValue(item.Source, out var entry) && (entry.Value.Reason is not { } told || told == item.Reason || item.Reason == SyncAction.Offer.Older);
    }

    /// <summary>
    /// A case's outcome with all that belongs to it: the row it leaves takes the place of the one that asked for it, and what was handled
    /// is known by its hash from then on. Where insides follow, both wait for them.
    /// </summary>
    public LinkUnit Complete(SyncCase item, LinkUnit unit)
    {
        if (_work.Remove(item, out var work)) return unit with { PutWork = [work], DoneWork = [.. item.Work] };
        if (_hasInsides) return unit with { DoneWork = [] };
        if (_open.Contains(item) || !unit.Index.IsEmpty || item.Plan!.Actions.Any(action => action is SyncAction.End) || Handled.Of(item) is not { IsEmpty: false } hashes) return unit;
        _noted.Add(item);
        return unit with { Noted = hashes };
    }

    /// <summary>The rows that are done when the insides are, too.</summary>
    public IReadOnlyList<Versioned<WorkItem>> Kept(IEnumerable<SyncCase> cases) => _hasInsides ? [.. cases.Where(item => !_open.Contains(item)).SelectMany(item => item.Work)] : [];

    /// <summary>The rows that went with no outcome.</summary>
    public List<LinkUnit> TakeRest()
    {
        var rest = _work.Select(work => new LinkUnit { PutWork = [work.Value], DoneWork = [.. work.Key.Work] }).ToList();
        _work.Clear();
        return rest;
    }

    /// <summary>Whether the case is to be planned again.</summary>
    public bool IsOpen(SyncCase item) => _open.Contains(item);

    public bool IsNoted(SyncCase item) => _noted.Contains(item);

    /// <summary>Whether a row of the case is still to be stored.</summary>
    public bool HasWork(SyncCase item) => _work.ContainsKey(item);

    private void Add(SyncCase item, WorkItem work)
    {
        // One row a record: the one that is due first says when it is looked at.
        if (!_work.TryGetValue(item, out var other) || work.DueAt <= other.DueAt) _work[item] = work;
        _open.Add(item);
    }

    private void Put(SyncCase item, WorkReason reason, DateTimeOffset due, string detail, int attempts) => Add(item, New(item, reason, due, detail, attempts));

    private WorkItem New(SyncCase item, WorkReason reason, DateTimeOffset due, string detail, int attempts) =>
        new(scope.Kind.Name, item.Source, item.SourceId, reason, due)
        {
            Attempts = attempts,
            Detail = detail,
            FirstAt = item.Work.Select(work => work.Value.FirstAt).DefaultIfEmpty(now).Min(),
            Link = item.Link?.Value.Id ?? item.Project,
            Trace = item.Trace ?? item.Span?.Id ?? SyncTrace.Parent,
        };

    private static int Attempts(SyncCase item) => item.Work.Select(work => work.Value.Attempts).DefaultIfEmpty(0).Max() + 1;

    private static TimeSpan Backoff(int attempts) => TimeSpan.FromSeconds(Math.Min(3600, 5 * Math.Pow(3, Math.Min(attempts, 10) - 1)));
}
