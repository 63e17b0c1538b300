#nullable disable

using System.Collections;
using System.Globalization;

namespace Azure.Data.Tables;

public sealed class TableEntity : ITableEntity, IDictionary<string, object>
{
    private readonly Dictionary<string, object> _properties;

    public TableEntity() => _properties = [];

    public TableEntity(string partitionKey, string rowKey)
        : this()
    {
        PartitionKey = partitionKey;
        RowKey = rowKey;
    }

    public TableEntity(IDictionary<string, object> values) => _properties = values is null ? [] : new Dictionary<string, object>(values);

    public string PartitionKey
    {
        get => GetString(PropertyNames.PartitionKey);
        set => _properties[PropertyNames.PartitionKey] = value;
    }

    public string RowKey
    {
        get => GetString(PropertyNames.RowKey);
        set => _properties[PropertyNames.RowKey] = value;
    }

    public DateTimeOffset? Timestamp
    {
        get => GetDateTimeOffset(PropertyNames.Timestamp);
        set => _properties[PropertyNames.Timestamp] = value;
    }

    public ETag ETag
    {
        get => GetString(PropertyNames.ETag) is { } etag ? new ETag(etag) : default;
        set => _properties[PropertyNames.ETag] = value.ToString();
    }

    public ICollection<string> Keys => _properties.Keys;

    public int Count => _properties.Count;

    ICollection<object> IDictionary<string, object>.Values => _properties.Values;

    bool ICollection<KeyValuePair<string, object>>.IsReadOnly => false;

    public object this[string key]
    {
        get => _properties.GetValueOrDefault(key);
        set => _properties[key] = value is not null && _properties.GetValueOrDefault(key) is { } old ? KeepType(old, value) : value;
    }

    public string GetString(string key) => Get<string>(key);

    public BinaryData GetBinaryData(string key) => _properties.GetValueOrDefault(key) switch
    {
        byte[] bytes => BinaryData.FromBytes(bytes),
        _ => Get<BinaryData>(key),
    };

    public byte[] GetBinary(string key) => _properties.GetValueOrDefault(key) switch
    {
        BinaryData data => data.ToArray(),
        _ => Get<byte[]>(key),
    };

    public bool? GetBoolean(string key) => Get<bool?>(key);

    // The service knows one date type, which is read as DateTimeOffset; either getter serves either type.
    public DateTime? GetDateTime(string key) => _properties.GetValueOrDefault(key) switch
    {
        DateTimeOffset moment => moment.UtcDateTime,
        _ => Get<DateTime?>(key),
    };

    public DateTimeOffset? GetDateTimeOffset(string key) => _properties.GetValueOrDefault(key) switch
    {
        DateTime moment => new DateTimeOffset(moment),
        _ => Get<DateTimeOffset?>(key),
    };

    public double? GetDouble(string key) => Get<double?>(key);

    public Guid? GetGuid(string key) => Get<Guid?>(key);

    public int? GetInt32(string key) => Get<int?>(key);

    public long? GetInt64(string key) => Get<long?>(key);

    public void Add(string key, object value) => _properties.Add(key, value);

    public void Clear() => _properties.Clear();

    public bool ContainsKey(string key) => _properties.ContainsKey(key);

    public bool Remove(string key) => _properties.Remove(key);

    public bool TryGetValue(string key, out object value) => _properties.TryGetValue(key, out value);

    void ICollection<KeyValuePair<string, object>>.Add(KeyValuePair<string, object> item) => this[item.Key] = item.Value;

    bool ICollection<KeyValuePair<string, object>>.Contains(KeyValuePair<string, object> item) =>
        ((ICollection<KeyValuePair<string, object>>)_properties).Contains(item);

    void ICollection<KeyValuePair<string, object>>.CopyTo(KeyValuePair<string, object>[] array, int arrayIndex) =>
        ((ICollection<KeyValuePair<string, object>>)_properties).CopyTo(array, arrayIndex);

    bool ICollection<KeyValuePair<string, object>>.Remove(KeyValuePair<string, object> item) =>
        ((ICollection<KeyValuePair<string, object>>)_properties).Remove(item);

    IEnumerator<KeyValuePair<string, object>> IEnumerable<KeyValuePair<string, object>>.GetEnumerator() => _properties.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _properties.GetEnumerator();

    private T Get<T>(string key) => _properties.GetValueOrDefault(key) switch
    {
        null => default,
        T value => value,
        var other => throw new InvalidOperationException($"'{key}' is of type {other.GetType()} and not of {typeof(T)}."),
    };

    // A property keeps its stored type when it is assigned a number that the type can hold.
    private static object KeepType(object old, object value) => (old, value) switch
    {
        _ when old.GetType() == value.GetType() => value,
        (int, double or long) => value,
        (double, int number) => (double)number,
        (long, int number) => (long)number,
        (DateTime or DateTimeOffset, DateTime or DateTimeOffset) => value,
        (byte[] or BinaryData, byte[] or BinaryData) => value,
        (string, DateTime moment) => moment.ToString("o", CultureInfo.InvariantCulture),
        (string, DateTimeOffset moment) => moment.ToString("o", CultureInfo.InvariantCulture),
        _ => throw new InvalidOperationException($"A property of type {old.GetType()} cannot be assigned a {value.GetType()}."),
    };
}
