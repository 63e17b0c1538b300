using SyncFunctions.Engine;
using SyncFunctions.Simulation.Vendors;
using SyncFunctions.Simulation.Workload;

namespace SyncFunctions.Simulation.Checks;

/// <summary>Who may change a field, in words of its own: the checker does not ask the app's maps.</summary>
internal enum Flow
{
    BothWays,
    LeftOwns,
    RightOwns,
}

/// <summary>
/// What the pair promises for one field: which two fields stand for each other, who owns them, and when two values are the same. Written
/// down a second time on purpose; the app's maps and merge are what is checked by it.
/// </summary>
internal sealed record FieldRule(KindPair Kind, string Name, string Left, string Right, Flow Flow = Flow.BothWays)
{
    /// <summary>A blank does not go over.</summary>
    public bool KeepsBlanks { get; init; }

    public bool IgnoresCase { get; init; }

    public int? MaxLength { get; init; }

    public bool IsStatus { get; init; }

    public bool IsReference { get; init; }

    public bool IsLifecycle { get; init; }

    public bool IsSet { get; init; }

    /// <summary>Lives inside the record: it has a link, and a lock, of its own.</summary>
    public bool IsInside { get; init; }

    /// <summary>Set by left when the counterpart is made, right's own from then on.</summary>
    public bool Initially { get; init; }

    public string On(Side side) => side == Side.Left ? Left : Right;

    public static readonly FieldRule[] All =
    [
        .. KindPair.All.SelectMany(kind => new[]
        {
            new FieldRule(kind, "code", "code", "ref"),
            new FieldRule(kind, "name", "name", "title") { KeepsBlanks = true, MaxLength = 40 },
            new FieldRule(kind, "lifecycle", "active", "state") { IsLifecycle = true },
        }),
        new(KindPair.Company, "email", "email", "mail") { IgnoresCase = true },
        new(KindPair.Company, "phone", "phone", "tel"),
        new(KindPair.Company, "tags", "tags", "labels") { IsSet = true },
        new(KindPair.Company, "address", "address", "place") { MaxLength = 30 },
        new(KindPair.Company, "status", "status", "stage") { IsStatus = true, KeepsBlanks = true },
        new(KindPair.Company, "size", "size", "size"),
        new(KindPair.Company, "notes", "notes", "notes", Flow.LeftOwns),
        new(KindPair.Company, "origin", "origin", "source", Flow.RightOwns) { Initially = true },
        new(KindPair.Company, "score", "score", "score", Flow.RightOwns),
        new(KindPair.Contact, "email", "email", "mail") { IgnoresCase = true },
        new(KindPair.Contact, "phone", "phone", "tel"),
        new(KindPair.Contact, "company", "company", "account") { IsReference = true, KeepsBlanks = true },
        new(KindPair.Project, "company", "client", "account") { IsReference = true },
        new(KindPair.Project, "start", "start", "begin"),
        new(KindPair.Project, "phase", "phase", "phase") { IsInside = true },
        new(KindPair.Project, "milestones", "milestones", "milestones", Flow.LeftOwns) { IsSet = true, IsInside = true },
    ];

    /// <summary>What is promised of fields by a tenant's choices.</summary>
    public static FieldRule[] Of(FlowSettings settings) => [.. All.Select(rule => rule.By(settings)).OfType<FieldRule>()];

    /// <summary>Null where the field does not flow.</summary>
    private FieldRule? By(FlowSettings settings)
    {
        var chosen = settings.Kind(IsInside ? FakePair.Plan.Name : Kind.Name);
        if (IsLifecycle && chosen.WhenArchived == LifecyclePolicy.Ignore) return null;
        var flow = chosen.Fields.GetValueOrDefault(Name) switch
        {
            Direction.Off when chosen.Fields.ContainsKey(Name) => (Flow?)null,
            Direction.LeftToRight => Flow.LeftOwns,
            Direction.RightToLeft => Flow.RightOwns,
            _ => Flow,
        };

        // One way: what right owns goes nowhere, and what left may set once is never taken back.
        if (settings.Direction == Direction.LeftToRight) flow = flow == Flow.RightOwns ? null : Flow.LeftOwns;
        return flow is { } owned ? this with { Flow = owned, KeepsBlanks = chosen.Blanks.TryGetValue(Name, out var blank) ? blank == BlankPolicy.Keep : KeepsBlanks } : null;
    }

    public bool Owns(Side side) => Flow == Flow.BothWays || (Flow == Flow.LeftOwns ? side == Side.Left : side == Side.Right);

    /// <summary>The value as both sides would show it; null where the other side has no word for it.</summary>
    public string? Normal(FakeWorld world, Side side, FieldValue value)
    {
        if (value.IsBlank) return "";
        if (IsLifecycle) return value is FieldValue.Flag { Value: false } || value.ToString() == "archived" ? "archived" : "live";
        if (IsStatus) return side == Side.Left ? Array.Find(FakePair.Statuses, status => status.Left == value.ToString()).Right : Array.Exists(FakePair.Statuses, status => status.Right == value.ToString()) ? value.ToString() : null;
        if (IsReference) return value is FieldValue.Reference { RecordId: var id } && world.On(side).Account.Find(KindPair.Company.On(side), id) is { } record ? Tokens.Of(record) : "?";
        if (value is FieldValue.Set set) return string.Join('|', set.Items);
        if (value is FieldValue.Number { Value: var number }) return (number / 1.0000000000000000000000000000m).ToString(System.Globalization.CultureInfo.InvariantCulture);
        var text = value.ToString()!.Trim().ReplaceLineEndings("\n");
        if (MaxLength is { } max && text.Length > max) text = text[..max].TrimEnd();
        return IgnoresCase ? text.ToLowerInvariant() : text;
    }

    /// <summary>The value as it is after the other system, too, made of it what it keeps.</summary>
    public string? AfterBoth(FakeWorld world, Side from, FieldValue value)
    {
        if (IsMeant || value.IsBlank) return Normal(world, from, value);
        var back = world.On(from).Account.Habits.Kind(Kind.On(from)).Find(On(from))!;
        return Normal(world, from, back.Keep(KeptByOther(world, from, value)));
    }

    /// <summary>The value as the other system keeps it, which has no say in the field.</summary>
    public string? AfterOther(FakeWorld world, Side from, FieldValue value) =>
        IsMeant || value.IsBlank ? Normal(world, from, value) : Normal(world, from.Other(), KeptByOther(world, from, value));

    /// <summary>The two systems have words of their own for it.</summary>
    private bool IsMeant => IsStatus || IsReference || IsLifecycle;

    private FieldValue KeptByOther(FakeWorld world, Side from, FieldValue value)
    {
        var spec = world.On(from.Other()).Account.Habits.Kind(Kind.On(from.Other())).Find(On(from.Other()))!;
        return spec.Keep(value is FieldValue.Text text ? new FieldValue.Text(text.Value.Trim()) : value);
    }
}
