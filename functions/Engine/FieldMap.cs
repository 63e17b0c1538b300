using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace SyncFunctions.Engine;

/// <summary>Which side's changes of a field reach the other.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Direction>))]
public enum Direction
{
    Both,
    LeftToRight,
    RightToLeft,

    /// <summary>Left may set it when the counterpart is created, afterwards right owns it.</summary>
    InitiallyFromLeft,

    /// <summary>Right may set it when the counterpart is created, afterwards left owns it.</summary>
    InitiallyFromRight,
    Off,
}

/// <summary>What a value that became blank does to the other side.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BlankPolicy>))]
public enum BlankPolicy
{
    Clear,
    Keep,
}

[JsonConverter(typeof(JsonStringEnumConverter<FieldType>))]
public enum FieldType
{
    Text,
    Number,
    Flag,
    Day,
    Set,
    Reference,
}

/// <summary>One field of a kind: its canonical name, its name and shape on each side, and who may change it.</summary>
public sealed record FieldMap(string Name, FieldEnd Left, FieldEnd Right)
{
    public FieldType Type { get; init; } = FieldType.Text;

    public Direction Direction { get; init; } = Direction.Both;

    public BlankPolicy Blank { get; init; } = BlankPolicy.Clear;

    /// <summary>The kind that a reference points at.</summary>
    public string? References { get; init; }

    /// <summary>
    /// For a reference: the side on which a record cannot exist without it. Towards that side such a record is not sent while the
    /// reference is blank, and waits while what it points at is not linked.
    /// </summary>
    public Side? RequiredOn { get; init; }

    /// <summary>The person's consent: <see cref="Engine.Consent"/>.</summary>
    public bool IsConsent { get; init; }

    /// <summary>For a reference: a record exists without it on neither side.</summary>
    public bool Required { get; init; }

    /// <summary>For a set: only values of this list flow; what else either side has is its own.</summary>
    public Vocabulary? Vocabulary { get; init; }

    /// <summary>For a status that one side keeps by board and the other by category.</summary>
    public StatusField? Status { get; init; }

    /// <summary>The tenant's value map (left value = right value) that translates between the sides; the field is off while it is empty.</summary>
    public string? ValueMap { get; init; }

    /// <summary>For a status that one side alone has: a flow can react to what becomes of it. It goes nowhere.</summary>
    public string? Event { get; init; }

    /// <summary>The <see cref="Event"/> of a prospect's status.</summary>
    public const string Prospect = "prospect";

    public bool IsRequiredOn(Side side) => Required || RequiredOn == side;

    public FieldEnd End(Side side) => side == Side.Left ? Left : Right;

    /// <summary>The form that both sides can hold: two values that have it in common are the same value.</summary>
    public FieldValue Normal(FieldValue value) => Right.Shape(Left.Shape(value));

    public bool Agree(FieldValue left, FieldValue right) => (left.IsBlank && right.IsBlank) || Normal(left).ToBase() == Normal(right).ToBase();

    /// <summary>Whether content is what a base says. A base is exact; only blanks of different kinds are the same.</summary>
    public static bool SameAsBase(FieldValue value, FieldValue @base) => (value.IsBlank && @base.IsBlank) || value.ToBase() == @base;
}

/// <summary>A list of the values that one side knows, as it was read last (<see cref="FlowSettings.Vocabularies"/>).</summary>
/// <param name="Kind">The vendor's kind whose records' names are the values.</param>
public sealed record Vocabulary(Side Side, string Kind);

/// <summary>A field on one side.</summary>
/// <param name="Name">The vendor's name, or null where the side has no such field (a constant, or a value joined from parts).</param>
public sealed record FieldEnd(string? Name)
{
    public int? MaxLength { get; init; }

    /// <summary>The vendor keeps texts in lower case, or does not tell cases apart.</summary>
    public bool IgnoresCase { get; init; }

    /// <summary>The value this side always has (a flag that creation must set).</summary>
    public FieldValue? Constant { get; init; }

    /// <summary>Vendor fields that together make the value, joined with ", ". Such an end cannot be written.</summary>
    public ImmutableArray<string> Parts { get; init; } = [];

    /// <summary>Further flags of the vendor that count as this one where they are set. They are never written.</summary>
    public ImmutableArray<string> Or { get; init; } = [];

    /// <summary>The value is the record's own id. Such an end cannot be written.</summary>
    public bool IsId { get; init; }

    /// <summary>From the vendor's value to the canonical one, where they differ in more than the name.</summary>
    public Func<FieldValue, FieldValue>? Read { get; init; }

    /// <summary>From the canonical value to the vendor's.</summary>
    public Func<FieldValue, FieldValue>? Write { get; init; }

    public bool CanWrite => Name is not null;

    /// <summary>Null where the vendor did not say.</summary>
    internal FieldValue? From(Record vendor)
    {
        if (Constant is not null) return Constant;
        if (IsId) return new FieldValue.Text(vendor.Id);
        var vendorFields = vendor.Fields;
        if (!Parts.IsDefaultOrEmpty)
        {
            var parts = Parts.Select(vendorFields.Find).OfType<FieldValue>().ToList();
            return parts.Count == 0 ? null : FieldValue.Of(string.Join(", ", parts.Where(part => !part.IsBlank)));
        }

        if (Name is null || vendorFields.Find(Name) is not { } value) return null;
        if (value is FieldValue.Flag && Or.Any(name => vendorFields.Find(name) is FieldValue.Flag { Value: true })) value = new FieldValue.Flag(true);
        return Clean(Read is null ? value : Read(value));
    }

    /// <summary>The form in which this side holds a value.</summary>
    public FieldValue Shape(FieldValue value)
    {
        if (value is not FieldValue.Text { Value: var text }) return value;
        if (MaxLength is { } max && text.Length > max) text = Cut(text, max).TrimEnd();
        return new FieldValue.Text(IgnoresCase ? text.ToLowerInvariant() : text);
    }

    /// <summary>Composed characters, one kind of line end, no space around.</summary>
    private static FieldValue Clean(FieldValue value) =>
        value is FieldValue.Text { Value: var text } ? new FieldValue.Text(FieldText.Composed(text).ReplaceLineEndings("\n").Trim()) : value;

    private static string Cut(string text, int max) => char.IsHighSurrogate(text[max - 1]) ? text[..(max - 1)] : text[..max];
}
