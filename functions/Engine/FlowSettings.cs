using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace SyncFunctions.Engine;

/// <summary>What a change does that was held by the loop lock, when the lock ends.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LockEnd>))]
public enum LockEnd
{
    Apply,
    Discard,
}

/// <summary>What happens to an edit of a field that the side does not own.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<UnownedEdit>))]
public enum UnownedEdit
{
    PutBack,
    Leave,
}

/// <summary>A tenant's choices for a flow, over what the pair ships. Stored with the flow.</summary>
public sealed record FlowSettings
{
    public static readonly FlowSettings Default = new();

    /// <summary><see cref="Engine.Direction.Both"/>, or one way.</summary>
    public Direction Direction { get; init; } = Direction.Both;

    /// <summary>Looked into for every field of every record: by its characters, since a culture takes many times as long.</summary>
    public ImmutableSortedDictionary<string, KindSettings> Kinds { get; init => field = value.WithComparers(StringComparer.Ordinal); } = ImmutableSortedDictionary.Create<string, KindSettings>(StringComparer.Ordinal);

    /// <summary>Project statuses that are locked on the side of the pair's status lock.</summary>
    public ImmutableArray<string> LockedStatuses { get; init; } = [];

    /// <summary>Left value = right value, by the name of the map (stages).</summary>
    public ImmutableSortedDictionary<string, ImmutableArray<ValuePair>> ValueMaps { get; init => field = value.WithComparers(StringComparer.Ordinal); } =
        ImmutableSortedDictionary.Create<string, ImmutableArray<ValuePair>>(StringComparer.Ordinal);

    /// <summary>How long after a change the other side's changes of the record are held. Zero: echoes are told by content alone.</summary>
    public TimeSpan LockWindow { get; init; }

    public LockEnd OnLockEnd { get; init; }

    public UnownedEdit UnownedEdits { get; init; }

    /// <summary>How long after a delta a project's run is not eligible for the next; what comes meanwhile is requested. Changes of single records do not wait.</summary>
    public TimeSpan CoolDown { get; init; }

    /// <summary>How often every record of both sides is looked at, so that deletions and missed changes are found. Zero: only by hand.</summary>
    public TimeSpan SweepEvery { get; init; } = TimeSpan.FromHours(4);

    /// <summary>How often look-up lists and other data that records refer to are read again. Zero: only by hand.</summary>
    public TimeSpan ReferencesEvery { get; init; } = TimeSpan.FromHours(4);

    /// <summary>The statuses of each board as the vendor listed them last, by kind.</summary>
    public ImmutableSortedDictionary<string, ImmutableArray<StatusBoard>> StatusBoards { get; init; } = ImmutableSortedDictionary<string, ImmutableArray<StatusBoard>>.Empty;

    /// <summary>The values of each <see cref="Vocabulary"/> as the vendor listed them last, by its kind.</summary>
    public ImmutableSortedDictionary<string, ImmutableArray<string>> Vocabularies { get; init; } = ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty;

    /// <summary>By kind, board and status: the category that the tenant has put it into.</summary>
    public StatusChoices StatusCategories { get; init; } = StatusChoices.None;

    /// <summary>By kind, board and category: the status that stands for it.</summary>
    public StatusChoices StatusDefaults { get; init; } = StatusChoices.None;

    /// <summary>When a link is taken for one that two programs write to and fro.</summary>
    public Runaway Runaway { get; init; } = Runaway.Default;

    /// <summary>What is done when a status that the pair watches becomes another.</summary>
    public ImmutableArray<Reaction> Reactions { get; init; } = [];

    public KindSettings Kind(string kind) => Kinds.GetValueOrDefault(kind) ?? KindSettings.Default;

    public FlowSettings With(string kind, Func<KindSettings, KindSettings> change) => this with { Kinds = Kinds.SetItem(kind, change(Kind(kind))) };

    /// <summary>The direction of a field after the tenant's narrowing; the lifecycle goes nowhere where the tenant ignores archivings.</summary>
    public Direction DirectionOf(KindMap kind, FieldMap field) =>
        field.Name == KindMap.Lifecycle && (Kind(kind.Name).WhenArchived ?? kind.WhenArchived) == LifecyclePolicy.Ignore ? Direction.Off : Narrowed(kind, field);

    /// <summary>The side that wins conflicts.</summary>
    public Side MasterOf(KindMap kind) => Kind(kind.Name).Master ?? kind.Master;

    public BlankPolicy BlankOf(KindMap kind, FieldMap field) => Kind(kind.Name).Blanks.TryGetValue(field.Name, out var chosen) ? chosen : field.Blank;

    /// <summary>Tells one set of filters of a kind from another; null where there are none.</summary>
    public string? FilterHash(KindMap kind) => Kind(kind.Name).Filters is { IsEmpty: false } filters
        ? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', filters.Select(filter => $"{filter.Side}|{filter.Field}|{string.Join('\u001f', filter.AnyOf)}|{filter.Except}|{filter.Blocks}")))).AsSpan(0, 8))
        : null;

    /// <summary>Whether a change of a kind on a side can mean anything.</summary>
    public bool Hears(KindMap kind, Side side)
    {
        return Kind(kind.Name).Enabled &&
            (CreatesFrom(kind, side) || kind.Fields.Any(field => ComesFrom(field, side) || (UnownedEdits == UnownedEdit.PutBack && ComesFrom(field, side.Other()))));

        bool ComesFrom(FieldMap field, Side source) => Allows(Direction, source) && Allows(DirectionOf(kind, field), source) && field.End(source.Other()).CanWrite;
    }

    internal Direction Narrowed(KindMap kind, FieldMap field)
    {
        var chosen = Kind(kind.Name).Fields.TryGetValue(field.Name, out var narrowed) ? narrowed : field.Direction;
        if (field.ValueMap is { } map && !ValueMaps.ContainsKey(map)) return Direction.Off;
        return Direction switch
        {
            Direction.LeftToRight when chosen is Direction.RightToLeft => Direction.Off,
            Direction.LeftToRight when chosen is Direction.InitiallyFromLeft => Direction.InitiallyFromLeft,
            Direction.LeftToRight when chosen is not Direction.Off => Direction.LeftToRight,
            Direction.RightToLeft when chosen is Direction.LeftToRight => Direction.Off,
            Direction.RightToLeft when chosen is Direction.InitiallyFromRight => Direction.InitiallyFromRight,
            Direction.RightToLeft when chosen is not Direction.Off => Direction.RightToLeft,
            _ => chosen,
        };
    }

    /// <summary>Whether a new record of <paramref name="source"/> is created on the other side.</summary>
    public bool CreatesFrom(KindMap kind, Side source)
    {
        var settings = Kind(kind.Name);
        var wanted = source == Side.Left ? settings.NewLeftToRight : settings.NewRightToLeft;
        return Allows(kind.NewRecords, source) && Allows(Direction, source) && settings.Enabled && (wanted ?? true);
    }

    /// <summary>Whether values may flow from <paramref name="source"/> once the record exists on both sides.</summary>
    public static bool Allows(Direction direction, Side source) => direction switch
    {
        Direction.Both => true,
        Direction.LeftToRight or Direction.InitiallyFromRight => source == Side.Left,
        Direction.RightToLeft or Direction.InitiallyFromLeft => source == Side.Right,
        _ => false,
    };

    /// <summary>Whether a value of <paramref name="source"/> is part of a record that is created on the other side.</summary>
    public static bool AllowsAtCreation(Direction direction, Side source) => direction switch
    {
        Direction.InitiallyFromLeft or Direction.InitiallyFromRight => true,
        _ => Allows(direction, source),
    };

    /// <summary>The rule by which links of a kind are paused when their records rest; null where none is.</summary>
    public AutoPause? AutoPauseOf(KindMap kind) => Kind(kind.Name).AutoPause ?? kind.AutoPause;

    /// <summary>The category of a record's status; null where the vendor did not say.</summary>
    internal FieldValue? CategoryOf(string kind, StatusField field, FieldSet vendorFields)
    {
        if (vendorFields.Find(field.Status) is not { } value) return null;
        if (value is not FieldValue.Reference { RecordId: var id }) return FieldValue.None;
        var board = Board(kind, field.BoardOf(vendorFields));
        var status = board?.Statuses.FirstOrDefault(status => status.Id == id);
        return new FieldValue.Text((status is null ? null : CategoryOf(kind, board!, status)) ?? field.Default);
    }

    /// <summary>The status that stands for a category on the target's board; null where the board, or such a status of it, is not known.</summary>
    internal FieldValue? StatusFor(string kind, StatusField field, FieldValue category, FieldSet? target)
    {
        if (field.Board is not null && target is null) return null;
        if (Board(kind, target is null ? null : field.BoardOf(target)) is not { } board || category.ToString() is not { } wanted) return null;
        return StatusFor(kind, board, wanted) is { } found ? new FieldValue.Reference(found.Id) : null;
    }

    /// <summary>The status of a board that stands for a category: the tenant's choice, or else the board's default, or else its first that is in use; null where none in use belongs to it.</summary>
    public BoardStatus? StatusFor(string kind, StatusBoard board, string category)
    {
        var chosen = StatusDefaults.Find(kind, board.Name, category);
        var fitting = board.Statuses.Where(status => CategoryOf(kind, board, status) == category).ToList();
        return board.Statuses.FirstOrDefault(status => status.Name == chosen) ?? fitting.Find(status => status is { IsDefault: true, IsInactive: false }) ?? fitting.Find(status => !status.IsInactive);
    }

    /// <summary>Into which category the tenant, or else the app, has put a status.</summary>
    public string CategoryOf(string kind, StatusBoard board, BoardStatus status) => StatusCategories.Find(kind, board.Name, status.Name) ?? status.Category;

    private StatusBoard? Board(string kind, string? id) => StatusBoards.GetValueOrDefault(kind, []).FirstOrDefault(board => board.Id == id);

    /// <summary>What of a set is of a vocabulary; nothing is known of the field while that was not read.</summary>
    internal FieldValue? Within(Vocabulary vocabulary, FieldValue? value) =>
        value is null || !Vocabularies.TryGetValue(vocabulary.Kind, out var known) ? null : new FieldValue.Set(value.AsSet().Items.Where(known.Contains));

    /// <summary>What of a set is not.</summary>
    internal FieldValue.Set Outside(Vocabulary vocabulary, FieldValue? value) =>
        new((value?.AsSet() ?? new FieldValue.Set()).Items.Except(Vocabularies.GetValueOrDefault(vocabulary.Kind, [])));

    /// <summary>Into canonical form, which is the left side's; null where the tenant's map does not know the value.</summary>
    internal FieldValue? Translate(FieldMap field, Side side, FieldValue value)
    {
        if (field.ValueMap is not { } name || side == Side.Left || value.IsBlank) return value;
        return ValueMaps.GetValueOrDefault(name, []).FirstOrDefault(pair => pair.Right == value.ToString()) is { } pair ? FieldValue.Of(pair.Left) : null;
    }

    internal FieldValue TranslateBack(FieldMap field, Side side, FieldValue value)
    {
        if (field.ValueMap is not { } name || side == Side.Left || value.IsBlank) return value;
        return FieldValue.Of(ValueMaps.GetValueOrDefault(name, []).FirstOrDefault(pair => pair.Left == value.ToString())?.Right);
    }

    /// <summary>Whether the other side has a word for this canonical value.</summary>
    public bool CanTranslate(KindMap kind, FieldMap field, Side target, FieldValue value)
    {
        if (field.Status is { } status && status.Side == target && value.ToString() is { } category) return StatusBoards.GetValueOrDefault(kind.Name, []).Any(board => StatusFor(kind.Name, board, category) is not null);
        return field.ValueMap is not { } name || target == Side.Left || value.IsBlank || ValueMaps.GetValueOrDefault(name, []).Any(pair => pair.Left == value.ToString());
    }
}

public sealed record ValuePair(string Left, string Right);

/// <summary>More writes of one link than that, with values that come again, quarantine it.</summary>
public sealed record Runaway(int MaxWrites, TimeSpan Within)
{
    public static readonly Runaway Default = new(10, TimeSpan.FromHours(1));
}
