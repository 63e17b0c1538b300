using SyncFunctions.Engine;
using SyncFunctions.Pairs;

namespace SyncFunctions.App.Manage;

/// <summary>What happens to the fields of a kind under a flow's settings.</summary>
/// <param name="Master">The side that wins conflicts, after the tenant's choice.</param>
public sealed record KindFields(string Kind, string LeftKind, string RightKind, bool Enabled, Side Master, IReadOnlyList<FieldRow> Fields);

/// <param name="LeftName">The vendor's name; null where that side has no such field. Joined parts stand with a plus.</param>
/// <param name="Direction">After the tenant's narrowing.</param>
/// <param name="Owner">The side whose changes count once the record exists on both; null where both count or none does.</param>
/// <param name="BlankPolicy">What a value that became blank does to the other side, after the tenant's choice.</param>
/// <param name="Choices">The directions that the tenant may choose.</param>
/// <param name="Default">What the pair has: the direction, and what becomes of blanks.</param>
/// <param name="ReadOnlyOn">The side on which an edit would be put back: to be greyed out there.</param>
public sealed record FieldRow(
    string Field,
    FieldType Type,
    string? LeftName,
    string? RightName,
    Direction Direction,
    Side? Owner,
    BlankPolicy BlankPolicy,
    NormalForm NormalForm,
    IReadOnlyList<Direction> Choices,
    FieldDefault Default,
    Side? ReadOnlyOn)
{
    /// <summary>Mapped by the tenant, not by the pair.</summary>
    public bool IsCustom { get; init; }
}

public sealed record FieldDefault(Direction Direction, BlankPolicy BlankPolicy);

/// <summary>In which two values are the same: what both sides can hold.</summary>
public sealed record NormalForm(int? LeftMaxLength, int? RightMaxLength, bool IgnoresCase);

/// <summary>The field table of a pair, as a tenant's flow has it.</summary>
public static class FieldTable
{
    public static IReadOnlyList<KindFields> Of(Pair pair, FlowSettings settings) =>
    [
        .. pair.Kinds.Select(kind => new KindFields(
            kind.Name,
            kind.LeftKind,
            kind.RightKind,
            settings.Kind(kind.Name).Enabled,
            settings.Kind(kind.Name).Master ?? kind.Master,
            [
                .. kind.Fields.Select(field => Row(kind, field, settings)),
                .. from custom in settings.Kind(kind.Name).CustomFields
                   where !kind.Fields.Any(field => field.Name == custom.Name)
                   select Row(kind, custom.ToMap(), settings) with { IsCustom = true },
            ])),
    ];

    private static FieldRow Row(KindMap kind, FieldMap field, FlowSettings settings)
    {
        var direction = settings.DirectionOf(kind, field);
        var owner = Owner(direction);
        return new FieldRow(
            field.Name,
            field.Type,
            NameOf(field.Left),
            NameOf(field.Right),
            direction,
            owner,
            settings.Kind(kind.Name).Blanks.TryGetValue(field.Name, out var blank) ? blank : field.Blank,
            new NormalForm(field.Left.MaxLength, field.Right.MaxLength, field.Left.IgnoresCase || field.Right.IgnoresCase),
            [.. Enum.GetValues<Direction>().Where(choice => field.IsConsent ? choice == field.Direction : FlowSettingsPatch.CanChoose(field, choice))],
            new FieldDefault(field.Direction, field.Blank),
            settings.Kind(kind.Name).Enabled && owner is { } side && field.End(side.Other()).CanWrite ? side.Other() : null);
    }

    private static Side? Owner(Direction direction) =>
        (FlowSettings.Allows(direction, Side.Left), FlowSettings.Allows(direction, Side.Right)) switch
        {
            (true, false) => Side.Left,
            (false, true) => Side.Right,
            _ => null,
        };

    private static string? NameOf(FieldEnd end) =>
        end.Name ?? (end.Parts.IsDefaultOrEmpty ? null : string.Join(" + ", end.Parts));
}
