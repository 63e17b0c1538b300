using System.Runtime.InteropServices;

namespace SyncFunctions.Vendors;

/// <summary>
/// The records of one kind, ordered by creation and by (modified, creation), with look-ups by id and by indexed fields.
/// Both orders are plain sorted lists: an edit of one record in 100,000 moves under a megabyte, and any page is a slice.
/// </summary>
internal sealed class SimIndex(SimKind kind)
{
    private static readonly Comparer<SimRecord> NumberOrder = Comparer<SimRecord>.Create((a, b) => a.Number.CompareTo(b.Number));

    private static readonly Comparer<SimRecord> ModifiedOrder = Comparer<SimRecord>.Create((a, b) =>
        a.Modified.CompareTo(b.Modified) is var order and not 0 ? order : a.Number.CompareTo(b.Number));

    private readonly Dictionary<string, SimRecord> _byId = [];
    private readonly List<SimRecord> _byNumber = [];
    private readonly List<SimRecord> _byModified = [];

    private readonly Dictionary<int, Dictionary<object, List<SimRecord>>> _byValue = Enumerable.Range(0, kind.Shape.Stored.Count)
        .Where(slot => kind.Shape.Stored[slot].Indexed)
        .ToDictionary(slot => slot, _ => new Dictionary<object, List<SimRecord>>());

    public int Count => _byNumber.Count;

    public IReadOnlyList<SimRecord> ByNumber => _byNumber;

    public IReadOnlyList<SimRecord> ByModified => _byModified;

    public SimIndex Copy()
    {
        var copy = new SimIndex(kind);
        copy.AddRange(_byNumber);
        return copy;
    }

    public SimRecord? Find(string id) => _byId.GetValueOrDefault(id);

    /// <summary>Position in <see cref="ByModified"/> of the first record that was modified at or after a time.</summary>
    public int FirstModifiedFrom(DateTimeOffset time)
    {
        var index = _byModified.BinarySearch(new SimRecord(kind, long.MinValue, "", time, time, []), ModifiedOrder);
        return index < 0 ? ~index : index;
    }

    public bool IsIndexed(int slot) => _byValue.ContainsKey(slot);

    /// <summary>Records whose indexed field has this value; texts are compared without case.</summary>
    public IReadOnlyList<SimRecord> WithValue(int slot, object value) =>
        _byValue[slot].TryGetValue(Key(value), out var records) ? records : [];

    public void Put(SimRecord record)
    {
        Remove(record.Id);
        _byId[record.Id] = record;
        Insert(_byNumber, record, NumberOrder);
        Insert(_byModified, record, ModifiedOrder);
        AddValues(record);
    }

    public void Remove(string id)
    {
        if (!_byId.Remove(id, out var old))
            return;
        _byNumber.RemoveAt(_byNumber.BinarySearch(old, NumberOrder));
        _byModified.RemoveAt(_byModified.BinarySearch(old, ModifiedOrder));
        foreach (var (slot, values) in _byValue)
        {
            if (old.Values[slot] is not { } value)
                continue;
            var bucket = values[Key(value)];
            bucket.Remove(old);
            if (bucket.Count == 0)
                values.Remove(Key(value));
        }
    }

    /// <summary>Adds new records at once.</summary>
    public void AddRange(IReadOnlyList<SimRecord> records)
    {
        foreach (var record in records)
        {
            _byId.Add(record.Id, record);
            AddValues(record);
        }

        _byNumber.AddRange(records);
        _byNumber.Sort(NumberOrder);
        _byModified.AddRange(records);
        _byModified.Sort(ModifiedOrder);
    }

    private static object Key(object value) => value is string text ? text.ToLowerInvariant() : value;

    private static void Insert(List<SimRecord> list, SimRecord record, Comparer<SimRecord> order)
    {
        // Almost every write is the newest, so the end is tried first.
        if (list.Count == 0 || order.Compare(list[^1], record) < 0)
            list.Add(record);
        else
            list.Insert(~list.BinarySearch(record, order), record);
    }

    private void AddValues(SimRecord record)
    {
        foreach (var (slot, values) in _byValue)
        {
            if (record.Values[slot] is { } value)
                (CollectionsMarshal.GetValueRefOrAddDefault(values, Key(value), out _) ??= []).Add(record);
        }
    }
}
