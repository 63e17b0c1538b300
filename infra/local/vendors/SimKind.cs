namespace SyncFunctions.Vendors;

/// <summary>One version of a record. Never changed: an edit puts a new version in its place, so readers need no copy.</summary>
/// <param name="Number">Order of creation inside the id sequence; the id itself where ids are numbers.</param>
internal sealed record SimRecord(SimKind Kind, long Number, string Id, DateTimeOffset Created, DateTimeOffset Modified, object?[] Values)
{
    /// <summary>A stored value.</summary>
    public object? this[string field] => Values[Kind.Shape.Slot(field)];
}

/// <summary>A create or edit under way: what the kind's own rules look at and may complete.</summary>
internal sealed class SimDraft(SimAccount account, SimKind kind, SimRecord? old, object?[] values, HashSet<int> touched)
{
    public SimAccount Account { get; } = account;

    public SimRecord? Old { get; } = old;

    public object?[] Values { get; } = values;

    public List<SimProblem> Problems { get; } = [];

    public object? this[string field]
    {
        get => Values[kind.Shape.Slot(field)];
        set => Values[kind.Shape.Slot(field)] = value;
    }

    public bool Touches(string field) => touched.Contains(kind.Shape.Slot(field));

    public void Refuse(string field, string message) => Problems.Add(new SimProblem(field, message));
}

/// <summary>A kind of record that a vendor holds.</summary>
internal sealed record SimKind(string Name, string Label, SimShape Shape)
{
    /// <summary>Kinds that draw their ids from the same sequence name the same one.</summary>
    public string Sequence { get; init; } = Name;

    /// <summary>The id that goes with a number of the sequence, where ids are not numbers.</summary>
    public Func<long, string> IdOf { get; init; } = number => number.ToString();

    /// <summary>The field that names a record where another refers to it.</summary>
    public string NameField { get => field ?? (Shape.Find("name") is null ? "title" : "name"); init; }

    public string? CreatedField { get; init; }

    public string? ModifiedField { get; init; }

    /// <summary>Field and value that mean archived, with the value that means not archived; null where the kind cannot be archived.</summary>
    public (string Field, object Archived, object Active)? Archive { get; init; }

    /// <summary>The vendor's rules beyond single fields: completes what is left out, refuses what does not fit.</summary>
    public Action<SimDraft>? Check { get; init; }

    /// <summary>What else the vendor changes when such a record was created, edited or deleted.</summary>
    public Action<SimAccount, SimRecord>? After { get; init; }
}
