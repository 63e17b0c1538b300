using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace SyncFunctions.Engine;

/// <summary>
/// A value in canonical form. Three things are not the same: a field that is absent (not in its <see cref="FieldSet"/>: the
/// vendor did not say), <see cref="Null"/> (the vendor says there is none) and an empty <see cref="Text"/> or <see cref="Set"/>.
/// </summary>
public abstract record FieldValue
{
    private FieldValue()
    {
    }

    /// <summary>Texts longer than this are kept in bases as SHA-256 and length.</summary>
    public const int LongText = 256;

    public static readonly FieldValue None = new Null();

    public sealed record Null : FieldValue
    {
        public override string ToString() => "null";
    }

    public sealed record Text(string Value) : FieldValue
    {
        public override string ToString() => Value;
    }

    public sealed record Number(decimal Value) : FieldValue
    {
        public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
    }

    public sealed record Flag(bool Value) : FieldValue
    {
        public override string ToString() => Value ? "true" : "false";
    }

    /// <summary>A calendar day without a time or a zone.</summary>
    public sealed record Day(DateOnly Value) : FieldValue
    {
        public override string ToString() => Value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
    }

    /// <summary>Tags, phones and the like: no order, no doubles.</summary>
    public sealed record Set(ImmutableSortedSet<string> Items) : FieldValue
    {
        public Set(params IEnumerable<string> items) : this(items.ToImmutableSortedSet(StringComparer.Ordinal))
        {
        }

        public bool Equals(Set? other) => other is not null && Items.SetEquals(other.Items);

        public override int GetHashCode() => Items.Aggregate(0, (hash, item) => HashCode.Combine(hash, item));

        public Set With(Set others) => new(Items.Union(others.Items));

        public Set Without(Set others) => new(Items.Except(others.Items));

        public override string ToString() => string.Join(", ", Items);
    }

    /// <summary>A record of the same side by its vendor id: a reference that is not linked (yet).</summary>
    public sealed record Reference(string RecordId) : FieldValue
    {
        public override string ToString() => $"record {RecordId}";
    }

    /// <summary>A reference in the form that both sides share: the link of the record it points at.</summary>
    public sealed record LinkedReference(LinkId Link) : FieldValue
    {
        public override string ToString() => $"link {Link}";
    }

    /// <summary>What a base keeps of a long text.</summary>
    public sealed record Digest(string Sha256, int Length) : FieldValue
    {
        public override string ToString() => $"{Length} characters";
    }

    /// <summary>Null, or a text or set with nothing in it.</summary>
    public bool IsBlank => this is Null or Text { Value: "" } or Set { Items.IsEmpty: true };

    /// <summary>This set; a blank is an empty one.</summary>
    public Set AsSet() => this as Set ?? new Set();

    /// <summary>The form in which a base keeps this value; two values are the same to a base if these are equal.</summary>
    public FieldValue ToBase() => this is Text { Value.Length: > LongText } text
        ? new Digest(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.Value))), text.Value.Length)
        : this;

    public static FieldValue Of(string? text) => text is null ? None : new Text(text);

    public static FieldValue Of(bool? flag) => flag is { } value ? new Flag(value) : None;

    public static FieldValue Of(decimal? number) => number is { } value ? new Number(value) : None;

    public static FieldValue Of(DateOnly? day) => day is { } value ? new Day(value) : None;
}
