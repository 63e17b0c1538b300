using SyncFunctions.Connectors;
using SyncFunctions.Engine;

namespace SyncFunctions.Simulation.Vendors;

/// <summary>A field of a fake system, and what that system does to values on their way in, of which it tells nobody.</summary>
public sealed record FakeField(string Name, SystemFieldType Type = SystemFieldType.Text)
{
    /// <summary>Longer texts are cut without a word.</summary>
    public int? MaxLength { get; init; }

    public bool LowerCase { get; init; }

    /// <summary>Spaces around are dropped, those inside made one.</summary>
    public bool Trims { get; init; }

    /// <summary>Everything but digits is dropped.</summary>
    public bool DigitsOnly { get; init; }

    public int? Decimals { get; init; }

    /// <summary>The kind that a reference points at.</summary>
    public string? RefersTo { get; init; }

    /// <summary>A record cannot be without it.</summary>
    public bool Required { get; init; }

    /// <summary>Part of what lives inside the record, not of the record as its own list shows it.</summary>
    public bool Inside { get; init; }

    /// <summary>The value as the system keeps it.</summary>
    public FieldValue Keep(FieldValue value)
    {
        if (value is FieldValue.Number { Value: var number }) return Decimals is { } digits ? FieldValue.Of(decimal.Round(number, digits, MidpointRounding.AwayFromZero)) : value;
        if (value is not FieldValue.Text { Value: var text }) return value;
        if (DigitsOnly) text = string.Concat(text.Where(char.IsAsciiDigit));
        if (Trims) text = string.Join(' ', text.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        if (MaxLength is { } max && text.Length > max) text = text[..max];
        if (LowerCase) text = text.ToLowerInvariant();
        return text.Length == 0 ? FieldValue.None : new FieldValue.Text(text);
    }
}

/// <summary>A kind of record in a fake system.</summary>
/// <param name="InsideName">The kind by which what lives inside such a record is read and written, if anything does.</param>
public sealed record FakeKind(string Name, FakeField[] Fields, string? InsideName = null)
{
    /// <summary>The kind that holds these, and the field that refers to it, where they can be listed by what holds them.</summary>
    public (string Kind, string Field)? HeldBy { get; init; }

    public FakeField? Find(string name) => Array.Find(Fields, field => field.Name == name);
}
