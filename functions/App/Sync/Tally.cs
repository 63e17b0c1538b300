using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>Counts, log lines and work rows that a batch leaves behind.</summary>
internal sealed class Tally(WorkScope scope, DateTimeOffset now)
{
    /// <summary>Attempts before a record waits for a person.</summary>
    private const int MaxAttempts = 8;

    public KindCounts Counts { get; private set; } = KindCounts.None;

    public List<LogEntry> Entries { get; } = [];

    public List<WorkItem> Work { get; } = [];

    public List<LinkId> Parents { get; } = [];

    public void Tell(SyncCase item)
    {
        Counts = Counts with { Done = Counts.Done + 1 };
        foreach (var action in item.Plan!.Actions)
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
                    Defer(item, WorkReason.Held, hold.Until, "The loop lock holds it.");
                    break;
                case SyncAction.Park park:
                    Counts = Counts with { Parked = Counts.Parked + 1 };
                    Park(item, park);
                    break;
                case SyncAction.Offer or SyncAction.Skip:
                    Counts = Counts with { Skipped = Counts.Skipped + 1 };
                    break;
            }

            var isKnown = action is SyncAction.Offer or SyncAction.Skip && IsKnown(item, action);
            var isToldAlready = item.Work.Exists(work => (work.Value.Reason, action) is (WorkReason.Parked, SyncAction.Park) or (WorkReason.Held, SyncAction.Hold));
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
        Counts = Counts with { Failed = Counts.Failed + 1 };
        Entries.Add(Story.OfFailure(scope, item, failure, action, now));
        item.Failure = failure;
        if (failure.Ambiguous || scope.ByHand) return;
        var attempts = Attempts(item);
        var gaveUp = failure.Kind == FailureKind.Permanent || attempts >= MaxAttempts;
        var due = failure.Until ?? now + Backoff(attempts);
        Put(item, gaveUp ? WorkReason.Dead : WorkReason.Retry, gaveUp ? DateTimeOffset.MaxValue : due, failure.Message, attempts);
    }

    /// <summary>What the record that is left says has to be merged, too.</summary>
    public void Moved(SyncCase item, SyncAction.Move move) =>
        Work.Add(New(item, WorkReason.Again, now, "Another record was merged into it.", 0) with { Side = move.Side, RecordId = move.Id });

    public void Again(SyncCase item, string detail) => Put(item, WorkReason.Again, now, detail, 0);

    public void Defer(SyncCase item, WorkReason reason, DateTimeOffset until, string detail) => Put(item, reason, until, detail, 0);

    /// <summary>Until a person confirms it, however long that takes.</summary>
    public void Brake(SyncCase item)
    {
        Counts = Counts with { Done = Counts.Done + 1, Held = Counts.Held + 1 };
        Put(item, WorkReason.Braked, DateTimeOffset.MaxValue, "Many records of its kind vanish at once; a person has to confirm it.", 0);
    }

    /// <summary>Longer each time, since every look costs a call.</summary>
    public void Wait(SyncCase item, string detail) => Put(item, WorkReason.Parked, now + Backoff(Attempts(item)), detail, Attempts(item));

    /// <summary>What is as it was at the last look is not told again; a line for each older record would drown the log.</summary>
    private static bool IsKnown(SyncCase item, SyncAction action)
    {
        var skip = action as SyncAction.Skip;
        if (skip?.Reason.IsState() == true) return true;
        if (item.Link is { } link) return skip?.Reason.Lasts() == true && link.Value.Notes.On(skip.Side)?.Contains(skip.Detail, StringComparison.Ordinal) == true;
        return item.Index.TryGetValue(item.Source, out var entry) && (entry.Value.Reason is not { } told || told == item.Reason);
    }

    private void Park(SyncCase item, SyncAction.Park park)
    {
        var attempts = Attempts(item);
        Work.Add(New(item, WorkReason.Parked, now + Backoff(attempts), $"{park.Field} is not linked yet.", attempts) with
        {
            AwaitsKind = park.Kind,
            AwaitsSide = park.Source,
            AwaitsRecordId = park.RecordId,
        });
    }

    private void Put(SyncCase item, WorkReason reason, DateTimeOffset due, string detail, int attempts) => Work.Add(New(item, reason, due, detail, attempts));

    private WorkItem New(SyncCase item, WorkReason reason, DateTimeOffset due, string detail, int attempts) =>
        new(scope.Kind.Name, item.Source, item.SourceId, reason, due)
        {
            Attempts = attempts,
            Detail = detail,
            FirstAt = item.Work.Select(work => work.Value.FirstAt).DefaultIfEmpty(now).Min(),
            Link = item.Link?.Value.Id,
        };

    private static int Attempts(SyncCase item) => item.Work.Select(work => work.Value.Attempts).DefaultIfEmpty(0).Max() + 1;

    private static TimeSpan Backoff(int attempts) => TimeSpan.FromSeconds(Math.Min(3600, 5 * Math.Pow(3, Math.Min(attempts, 10) - 1)));
}
