using System.Collections.Immutable;
using SyncFunctions.Engine;

namespace SyncFunctions.Connectors;

/// <summary>
/// A walk through a list that is paged by index and size alone, in whatever order, while its rows change. Each page is asked for
/// with a size that makes it begin a few rows before the end of the page before: rows that moved up meanwhile stand behind those few.
/// Rows are told apart by <see cref="KeyOf"/>: one that was edited counts as another, since the edit may have moved it anywhere.
/// </summary>
/// <param name="MaxSize">The largest page to ask for; not less than <see cref="MinSize"/>.</param>
internal sealed record IndexWalk(int MaxSize)
{
    /// <summary>Of 10 to 20 there is always a size whose pages cross a given row, up to 232,792,560 rows; of 5 to 10 there is none at 2,520.</summary>
    public const int MinSize = 20;

    private const int MaxRestarts = 3;
    private const int MaxStalls = 3;

    /// <summary>Where the first row that is not known should stand.</summary>
    public int Seen { get; init; }

    /// <summary>The first rows of the list: a later page that begins with them is none.</summary>
    public ImmutableArray<string> Head { get; init; } = [];

    /// <summary>The last rows that were taken.</summary>
    public ImmutableArray<string> Tail { get; init; } = [];

    /// <summary>How often in a row the tail was not found: each time the walk looks eight times further back, at last to the beginning.</summary>
    public int Misses { get; init; }

    public int Restarts { get; init; }

    /// <summary>Pages in a row without a new row although the vendor says that there is more.</summary>
    public int Stalls { get; init; }

    private int Overlap => Math.Clamp(MaxSize / 40, 1, 10);

    public static string KeyOf(Record record) => $"{record.Id}@{record.Modified?.UtcTicks}";

    /// <summary>The page to ask for, from zero, and its size.</summary>
    public (int Page, int Size) Ask()
    {
        for (var overlap = Overlap << (3 * Misses); overlap < Seen; overlap++)
        {
            // A page begins at a multiple of its size: of all sizes, the one that brings most beyond the overlap.
            var start = Seen - overlap;
            var (gain, size) = Enumerable.Range(MaxSize / 2, MaxSize - (MaxSize / 2) + 1).Max(size => (size - (start % size) - overlap, size));
            if (gain > 0 || Misses > 0)
                return (start / size, size);
        }

        return (0, MaxSize);
    }

    /// <summary>Takes the page that was asked for.</summary>
    /// <param name="keys">Its rows.</param>
    /// <param name="saysMore">Whether the vendor says that there are further pages; null where it does not say.</param>
    public IndexStep Take(IReadOnlyList<string> keys, bool? saysMore)
    {
        var (page, size) = Ask();
        var start = page * size;
        if (start == 0)
            return Seen > 0 && Restarts == MaxRestarts ? new(IndexOutcome.Restless, keys.Count, null) : Step(keys, 0, start, size, saysMore);
        if (keys.Count > 0 && keys.Take(Head.Length).SequenceEqual(Head))
            return new(saysMore is null ? IndexOutcome.Done : IndexOutcome.NotPaged, keys.Count, null);

        // The first row that is known and those right behind it: rows further on may be known and still have moved.
        var from = 0;
        while (from < keys.Count && !Tail.Contains(keys[from]))
            from++;
        if (from == keys.Count)
            return new(IndexOutcome.Ongoing, from, this with { Misses = Misses + 1 });
        while (from < keys.Count && Tail.Contains(keys[from]))
            from++;
        return Step(keys, from, start, size, saysMore);
    }

    private IndexStep Step(IReadOnlyList<string> keys, int from, int start, int size, bool? saysMore)
    {
        var isStalled = from == keys.Count;
        if (saysMore is false || (saysMore is null && (isStalled || keys.Count < size)))
            return new(IndexOutcome.Done, from, null);
        var next = this with
        {
            // Less than was asked for and yet not all: the vendor has a limit of its own.
            MaxSize = keys.Count >= MinSize && keys.Count < size ? keys.Count : MaxSize,
            Seen = start + keys.Count,
            Head = start == 0 ? [.. keys.Take(3)] : Head,
            Tail = [.. Tail.Concat(keys.Skip(from)).TakeLast(Overlap)],
            Misses = 0,
            Restarts = start == 0 && Seen > 0 ? Restarts + 1 : Restarts,
            Stalls = isStalled ? Stalls + 1 : 0,
        };
        return next.Stalls > MaxStalls ? new(IndexOutcome.NotPaged, from, null) : new(IndexOutcome.Ongoing, from, next);
    }
}

/// <param name="From">The first row of the page that is new; its count if none is.</param>
/// <param name="Next">Where to go on, if the walk does.</param>
internal sealed record IndexStep(IndexOutcome Outcome, int From, IndexWalk? Next);

internal enum IndexOutcome
{
    Ongoing,
    Done,

    /// <summary>The vendor does not page by what we send.</summary>
    NotPaged,

    /// <summary>Rows move faster than they can be read.</summary>
    Restless,
}
