namespace SyncFunctions.Vendors;

/// <summary>A page of records and how many there are in all.</summary>
internal sealed record SimPage(int Total, IReadOnlyList<SimRecord> Items);

/// <summary>What a list call asks for. Runs over one kind, or over several as one list.</summary>
internal sealed record SimQuery
{
    /// <summary>Orders by (modified, creation).</summary>
    public const string Modified = "(modified)";

    /// <summary>Orders by creation.</summary>
    public const string Created = "(created)";

    public string OrderBy { get; init; } = Created;

    public bool Descending { get; init; }

    /// <summary>Only records modified at or after this time.</summary>
    public DateTimeOffset? ModifiedFrom { get; init; }

    /// <summary>Only records whose stored field has this value; found by index where the field has one.</summary>
    public (string Field, object Value)? Equal { get; init; }

    public IReadOnlyList<Func<SimRecord, bool>> Where { get; init; } = [];

    public int Start { get; init; }

    public int Take { get; init; } = int.MaxValue;

    public SimPage Run(SimAccount account, params IReadOnlyList<SimTable> tables)
    {
        var now = account.System.Now;
        var sources = tables.Select(table => Source(table, account, now)).ToArray();
        var where = ModifiedFrom is { } from && OrderBy != Modified
            ? [.. Where, record => record.Modified >= from]
            : Where;
        if (sources is [var only] && where.Count == 0)
            return Slice(only.Records, only.First);

        var total = 0;
        var items = new List<SimRecord>();
        foreach (var record in Merge(account, sources))
        {
            if (!where.All(test => test(record)))
                continue;
            if (total >= Start && items.Count < Take)
                items.Add(record);
            total++;
        }

        return new SimPage(total, items);
    }

    /// <summary>The table's records in ascending order, and where those that qualify by modified time begin.</summary>
    private (IReadOnlyList<SimRecord> Records, int First) Source(SimTable table, SimAccount account, DateTimeOffset now)
    {
        var visible = table.Visible(now);
        if (Equal is var (field, value))
        {
            var slot = table.Kind.Shape.Slot(field);
            var found = visible.IsIndexed(slot)
                ? visible.WithValue(slot, value)
                : visible.ByNumber.Where(record => Equals(record.Values[slot], value));
            var ordered = found.OrderBy(record => record, Order(account)).ToArray();
            return (ordered, OrderBy == Modified && ModifiedFrom is { } since ? ordered.Count(record => record.Modified < since) : 0);
        }

        return OrderBy switch
        {
            Modified => (visible.ByModified, ModifiedFrom is { } from ? visible.FirstModifiedFrom(from) : 0),
            Created => (visible.ByNumber, 0),
            _ => (table.SortedBy(OrderBy, account, now), 0),
        };
    }

    private SimPage Slice(IReadOnlyList<SimRecord> records, int first)
    {
        var total = records.Count - first;
        var count = Math.Clamp(total - Start, 0, Take);
        var items = new SimRecord[count];
        for (var i = 0; i < count; i++)
            items[i] = Descending ? records[records.Count - 1 - Start - i] : records[first + Start + i];
        return new SimPage(total, items);
    }

    private IEnumerable<SimRecord> Merge(SimAccount account, (IReadOnlyList<SimRecord> Records, int First)[] sources)
    {
        var order = Order(account);
        var next = sources.Select(source => Descending ? source.Records.Count - 1 : source.First).ToArray();
        while (true)
        {
            var best = -1;
            for (var i = 0; i < sources.Length; i++)
            {
                var (records, first) = sources[i];
                if (next[i] < first || next[i] >= records.Count)
                    continue;
                if (best < 0 || order.Compare(records[next[i]], sources[best].Records[next[best]]) * (Descending ? -1 : 1) < 0)
                    best = i;
            }

            if (best < 0)
                yield break;
            yield return sources[best].Records[next[best]];
            next[best] += Descending ? -1 : 1;
        }
    }

    private Comparer<SimRecord> Order(SimAccount account) => Comparer<SimRecord>.Create((a, b) =>
    {
        var order = OrderBy switch
        {
            Created => 0,
            Modified => a.Modified.CompareTo(b.Modified),
            _ => SimValues.Order.Compare(Field(a, account), Field(b, account)),
        };
        return order != 0 ? order : a.Number.CompareTo(b.Number);
    });

    private object? Field(SimRecord record, SimAccount account) =>
        record.Kind.Shape.Value(record.Kind.Shape.Find(OrderBy)!, account, record, record.Values);
}
