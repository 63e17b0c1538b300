namespace SyncFunctions.Vendors;

/// <summary>The records of one kind in one account: as they are, and as the vendor's reads show them, which may lag behind.</summary>
internal sealed class SimTable(SimKind kind)
{
    private readonly Queue<(DateTimeOffset Due, string Id, SimRecord? Record)> _pending = new();
    private readonly Dictionary<string, (long Version, SimRecord[] Records)> _sorted = [];
    private SimIndex? _lagging;
    private TimeSpan _lag;
    private long _version;

    public SimKind Kind { get; } = kind;

    /// <summary>The records as they are.</summary>
    public SimIndex Truth { get; } = new(kind);

    public void SetLag(TimeSpan lag)
    {
        _lag = lag;
        if (lag > TimeSpan.Zero)
        {
            _lagging ??= Truth.Copy();
            return;
        }

        _lagging = null;
        _pending.Clear();
        _version++;
    }

    /// <summary>Lets the vendor's reads show what is there now, as if it had been there for long.</summary>
    public void Settle()
    {
        if (_lagging is null)
            return;
        _lagging = Truth.Copy();
        _pending.Clear();
        _version++;
    }

    public void Put(SimRecord record, DateTimeOffset now)
    {
        Truth.Put(record);
        Changed(record.Id, record, now);
    }

    public void Remove(string id, DateTimeOffset now)
    {
        Truth.Remove(id);
        Changed(id, null, now);
    }

    /// <summary>Adds stored records at once; they are not held back by a read lag.</summary>
    public void AddRange(IReadOnlyList<SimRecord> records)
    {
        Truth.AddRange(records);
        _lagging?.AddRange(records);
        _version++;
    }

    /// <summary>The records as the vendor's reads show them now.</summary>
    public SimIndex Visible(DateTimeOffset now)
    {
        if (_lagging is null)
            return Truth;
        while (_pending.TryPeek(out var change) && change.Due <= now)
        {
            _pending.Dequeue();
            _version++;
            if (change.Record is { } record)
                _lagging.Put(record);
            else
                _lagging.Remove(change.Id);
        }

        return _lagging;
    }

    /// <summary>Visible records ordered by any field, then by creation. Kept until the next change, since callers page through it.</summary>
    public IReadOnlyList<SimRecord> SortedBy(string field, SimAccount account, DateTimeOffset now)
    {
        var visible = Visible(now);
        if (_sorted.TryGetValue(field, out var kept) && kept.Version == _version)
            return kept.Records;
        var definition = Kind.Shape.Find(field)!;
        var records = visible.ByNumber
            .OrderBy(record => Kind.Shape.Value(definition, account, record, record.Values), SimValues.Order)
            .ToArray();
        _sorted[field] = (_version, records);
        return records;
    }

    private void Changed(string id, SimRecord? record, DateTimeOffset now)
    {
        if (_lagging is null)
            _version++;
        else
            _pending.Enqueue((now + _lag, id, record));
    }
}

/// <summary>Comparison of field values as vendors do it: null first, texts without case.</summary>
internal static class SimValues
{
    public static readonly Comparer<object?> Order = Comparer<object?>.Create(Compare);

    private static int Compare(object? a, object? b) => (a, b) switch
    {
        (null, null) => 0,
        (null, _) => -1,
        (_, null) => 1,
        (string left, string right) => StringComparer.OrdinalIgnoreCase.Compare(left, right),
        (IComparable left, _) when left.GetType() == b.GetType() => left.CompareTo(b),
        _ => 0,
    };
}
