namespace SyncFunctions.Tests.Support;

/// <summary>Parts of the key order, both ends inclusive, that hold at least the keys that a condition can match.</summary>
internal sealed class KeySpans
{
    public static readonly KeySpans All = new([("", null)]);

    // A few keys of a look-up are worth their own spans; a longer list is not worth the bookkeeping.
    private const int Most = 64;

    private KeySpans(List<(string From, string? To)> spans) => Spans = spans;

    /// <summary>In order, none touching the next; null is the end of all keys.</summary>
    public IReadOnlyList<(string From, string? To)> Spans { get; }

    public static KeySpans Of(string sign, string key) => sign switch
    {
        "eq" => new([(key, key)]),
        "lt" or "le" => new([("", key)]),
        "gt" or "ge" => new([(key, null)]),
        _ => All,
    };

    public KeySpans And(KeySpans other)
    {
        if (ReferenceEquals(this, All)) return other;
        if (ReferenceEquals(other, All)) return this;
        var both = new List<(string, string?)>();
        foreach (var (from, to) in Spans)
        {
            foreach (var (otherFrom, otherTo) in other.Spans)
            {
                var start = string.CompareOrdinal(from, otherFrom) > 0 ? from : otherFrom;
                var end = to is null || (otherTo is not null && string.CompareOrdinal(otherTo, to) < 0) ? otherTo : to;
                if (end is null || string.CompareOrdinal(start, end) <= 0) both.Add((start, end));
            }
        }

        return new(both);
    }

    public KeySpans Or(KeySpans other)
    {
        if (ReferenceEquals(this, All) || ReferenceEquals(other, All)) return All;
        var all = Spans.Concat(other.Spans).OrderBy(span => span.From, StringComparer.Ordinal).ToList();
        var merged = new List<(string From, string? To)>();
        foreach (var (from, to) in all)
        {
            if (merged.Count == 0 || (merged[^1].To is { } end && string.CompareOrdinal(end, from) < 0 && merged.Count < Most)) merged.Add((from, to));
            else if (merged[^1].To is { } last && (to is null || string.CompareOrdinal(to, last) > 0)) merged[^1] = (merged[^1].From, to);
        }

        return new(merged);
    }
}
