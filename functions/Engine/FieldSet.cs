using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;

namespace SyncFunctions.Engine;

/// <summary>Fields by name, compared by content. A name that is not in it is an absent field.</summary>
public sealed class FieldSet : IReadOnlyDictionary<string, FieldValue>, IEquatable<FieldSet>
{
    public static readonly FieldSet Empty = new([]);

    /// <summary>In the order of their names. Never changed: records have few fields, and a copy of so few costs less than a tree.</summary>
    private readonly KeyValuePair<string, FieldValue>[] _fields;

    private FieldSet(KeyValuePair<string, FieldValue>[] fields) => _fields = fields;

    public static FieldSet Of(params IEnumerable<(string Name, FieldValue Value)> fields) =>
        From(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));

    /// <summary>Of a name that comes twice the last value counts.</summary>
    public static FieldSet From(IEnumerable<KeyValuePair<string, FieldValue>> fields) => fields as FieldSet ?? new(Put([], fields));

    public int Count => _fields.Length;
    public bool IsEmpty => _fields.Length == 0;
    public IEnumerable<string> Keys => _fields.Select(pair => pair.Key);
    public IEnumerable<FieldValue> Values => _fields.Select(pair => pair.Value);
    public FieldValue this[string key] => Find(key) ?? throw new KeyNotFoundException($"There is no field {key}.");

    /// <summary>The value, or null where the field is absent.</summary>
    public FieldValue? Find(string name) => Search(_fields, name) is >= 0 and var at ? _fields[at].Value : null;

    public FieldSet With(string name, FieldValue value) => new(Put(_fields, [KeyValuePair.Create(name, value)]));

    /// <summary>These fields with those of <paramref name="other"/> put over them.</summary>
    public FieldSet With(FieldSet other) => other.IsEmpty ? this : IsEmpty ? other : new(Put(_fields, other._fields));

    public FieldSet Without(string name) => Search(_fields, name) is >= 0 and var at ? new([.. _fields.AsSpan(0, at), .. _fields.AsSpan(at + 1)]) : this;

    public bool ContainsKey(string key) => Search(_fields, key) >= 0;
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out FieldValue value) => (value = Find(key)) is not null;
    public IEnumerator<KeyValuePair<string, FieldValue>> GetEnumerator() => ((IEnumerable<KeyValuePair<string, FieldValue>>)_fields).GetEnumerator();
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public bool Equals(FieldSet? other)
    {
        if (other is null || other.Count != Count) return false;
        for (var i = 0; i < Count; i++)
        {
            if (_fields[i].Key != other._fields[i].Key || !_fields[i].Value.Equals(other._fields[i].Value)) return false;
        }

        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as FieldSet);
    public override int GetHashCode() => _fields.Aggregate(0, (hash, field) => HashCode.Combine(hash, field.Key, field.Value));

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var (name, value) in _fields) text.Append(text.Length > 0 ? "; " : "").Append(name).Append('=').Append(value);
        return text.ToString();
    }

    private static KeyValuePair<string, FieldValue>[] Put(KeyValuePair<string, FieldValue>[] fields, IEnumerable<KeyValuePair<string, FieldValue>> over)
    {
        var all = new List<KeyValuePair<string, FieldValue>>(fields.Length + 16);
        all.AddRange(fields);
        foreach (var field in over)
        {
            // What comes in order, as it mostly does, goes to the end.
            var at = all.Count == 0 || string.CompareOrdinal(all[^1].Key, field.Key) < 0 ? ~all.Count : Search(CollectionsMarshal.AsSpan(all), field.Key);
            if (at >= 0) all[at] = field;
            else all.Insert(~at, field);
        }

        return [.. all];
    }

    /// <returns>Where the name is; or, less than zero, the complement of where it belongs.</returns>
    private static int Search(ReadOnlySpan<KeyValuePair<string, FieldValue>> fields, string name)
    {
        var (low, high) = (0, fields.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = string.CompareOrdinal(fields[middle].Key, name);
            if (order == 0) return middle;
            if (order < 0) low = middle + 1;
            else high = middle - 1;
        }

        return ~low;
    }
}
