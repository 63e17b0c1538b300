using System.Collections;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace SyncFunctions.Engine;

/// <summary>Fields by name, compared by content. A name that is not in it is an absent field.</summary>
public sealed class FieldSet : IReadOnlyDictionary<string, FieldValue>, IEquatable<FieldSet>
{
    public static readonly FieldSet Empty = new(ImmutableSortedDictionary.Create<string, FieldValue>(StringComparer.Ordinal));

    private readonly ImmutableSortedDictionary<string, FieldValue> _values;

    private FieldSet(ImmutableSortedDictionary<string, FieldValue> values) => _values = values;

    public static FieldSet Of(params IEnumerable<(string Name, FieldValue Value)> fields) =>
        From(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));

    public static FieldSet From(IEnumerable<KeyValuePair<string, FieldValue>> fields) => new(Empty._values.SetItems(fields));

    public int Count => _values.Count;
    public bool IsEmpty => _values.IsEmpty;
    public IEnumerable<string> Keys => _values.Keys;
    public IEnumerable<FieldValue> Values => _values.Values;
    public FieldValue this[string key] => _values[key];

    /// <summary>The value, or null where the field is absent.</summary>
    public FieldValue? Find(string name) => _values.GetValueOrDefault(name);

    public FieldSet With(string name, FieldValue value) => new(_values.SetItem(name, value));

    /// <summary>These fields with those of <paramref name="other"/> put over them.</summary>
    public FieldSet With(FieldSet other) => other.IsEmpty ? this : new(_values.SetItems(other._values));

    public FieldSet Without(string name) => new(_values.Remove(name));

    public bool ContainsKey(string key) => _values.ContainsKey(key);
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out FieldValue value) => _values.TryGetValue(key, out value);
    public IEnumerator<KeyValuePair<string, FieldValue>> GetEnumerator() => _values.GetEnumerator();
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public bool Equals(FieldSet? other) => other is not null && _values.SequenceEqual(other._values);
    public override bool Equals(object? obj) => Equals(obj as FieldSet);
    public override int GetHashCode() => _values.Aggregate(0, (hash, field) => HashCode.Combine(hash, field.Key, field.Value));
    public override string ToString() => string.Join("; ", _values.Select(field => $"{field.Key}={field.Value}"));
}
