using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace SyncFunctions.Engine;

/// <summary>What becomes of a new record for which no counterpart is found.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OnNoMatch>))]
public enum OnNoMatch
{
    /// <summary>It waits on the list of unmatched records, with suggestions.</summary>
    Ask,

    /// <summary>It is left alone.</summary>
    Skip,

    /// <summary>It is created on the other side.</summary>
    Create,
}

/// <summary>What becomes of a new record that could be more than one of the other side's.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OnAmbiguous>))]
public enum OnAmbiguous
{
    Ask,
    Create,
}

/// <summary>A tenant's choices for one kind; null means the pair's default.</summary>
public sealed record KindSettings
{
    public static readonly KindSettings Default = new();

    /// <summary>Off: the kind is not synchronised; the tools by hand still work.</summary>
    public bool Enabled { get; init; } = true;

    public bool? NewLeftToRight { get; init; }

    public bool? NewRightToLeft { get; init; }

    public LifecyclePolicy? WhenGone { get; init; }

    public LifecyclePolicy? WhenArchived { get; init; }

    /// <summary>Deleted on one side, edited on the other: it is created again, unless this is false; then the policy for deleted records applies.</summary>
    public bool? ReviveEdited { get; init; }

    /// <summary>The side that wins conflicts.</summary>
    public Side? Master { get; init; }

    /// <summary>Conflicts are won by the later change, where both sides give a certain time of change and both clocks are measured; otherwise by the master.</summary>
    public bool NewestWins { get; init; }

    public OnNoMatch? OnNoMatch { get; init; }

    public OnAmbiguous? OnAmbiguous { get; init; }

    /// <summary>Narrower directions by field.</summary>
    public ImmutableSortedDictionary<string, Direction> Fields { get; init => field = value.WithComparers(StringComparer.Ordinal); } = ImmutableSortedDictionary.Create<string, Direction>(StringComparer.Ordinal);

    /// <summary>What a value that became blank does, by field.</summary>
    public ImmutableSortedDictionary<string, BlankPolicy> Blanks { get; init => field = value.WithComparers(StringComparer.Ordinal); } = ImmutableSortedDictionary.Create<string, BlankPolicy>(StringComparer.Ordinal);

    /// <summary>Fields that the tenant maps in addition to the pair's.</summary>
    public ImmutableArray<CustomField> CustomFields { get; init; } = [];

    /// <summary>Records outside one of these do not flow, in the directions that it blocks.</summary>
    public ImmutableArray<RecordFilter> Filters { get; init; } = [];

    /// <summary>Null: as the pair does by itself.</summary>
    public AutoPause? AutoPause { get; init; }

    /// <summary>Records that say nothing (<see cref="KindMap.Substance"/>) flow, too.</summary>
    public bool Bare { get; init; }
}
