using System.Text.Json;
using Azure.Data.Tables;
using SyncFunctions.Engine;

namespace SyncFunctions.State;

/// <summary>Properties of a row: what is null is left out, what comes from outside as an id is escaped, what is big is cut.</summary>
internal static class Row
{
    private const int MaxBinary = 64 * 1024;

    // The service's calendar begins here; whatever was before comes back as the beginning of time.
    private static readonly DateTimeOffset FirstTime = new(1601, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static TableEntity New(string partitionKey, string rowKey) => new(partitionKey, rowKey);

    public static TableEntity Put(this TableEntity row, string name, string? value) => row.PutValue(name, value);

    public static TableEntity Put(this TableEntity row, string name, bool? value) => row.PutValue(name, value);

    public static TableEntity Put(this TableEntity row, string name, int? value) => row.PutValue(name, value);

    public static TableEntity Put(this TableEntity row, string name, long? value) => row.PutValue(name, value);

    public static TableEntity Put(this TableEntity row, string name, DateTimeOffset? value) =>
        row.PutValue(name, value is { } time ? time < FirstTime ? FirstTime : time.ToUniversalTime() : null);

    public static TableEntity Put<T>(this TableEntity row, string name, T? value)
        where T : struct, Enum => row.PutValue(name, value?.ToString());

    /// <summary>A vendor's id: any UTF-16 text.</summary>
    public static TableEntity PutId(this TableEntity row, string name, string? id) => row.PutValue(name, id is null ? null : Keys.Escape(id));

    /// <summary>Text for people: cut where it is longer than that.</summary>
    public static TableEntity PutClipped(this TableEntity row, string name, string? text, int maxLength) => row.PutValue(name, Clip(text, maxLength));

    public static TableEntity PutJson<T>(this TableEntity row, string name, T value) =>
        row.PutBytes(name, value is null ? null : JsonSerializer.SerializeToUtf8Bytes(value, StateJson.Options));

    /// <summary>Bytes of any length that an entity can hold, in as many properties as they need.</summary>
    public static TableEntity PutBytes(this TableEntity row, string name, byte[]? bytes)
    {
        for (var (part, start) = (0, 0); bytes is not null && (start < bytes.Length || part == 0); part++, start += MaxBinary)
            row[PartName(name, part)] = bytes.Length <= MaxBinary ? bytes : bytes[start..Math.Min(bytes.Length, start + MaxBinary)];
        return row;
    }

    public static string Text(this TableEntity row, string name) => row.GetString(name) ?? throw Missing(row, name);

    public static string Id(this TableEntity row, string name) => Keys.Unescape(row.Text(name));

    public static string? IdOrNull(this TableEntity row, string name) => row.GetString(name) is { } id ? Keys.Unescape(id) : null;

    public static bool Flag(this TableEntity row, string name) => row.GetBoolean(name) ?? throw Missing(row, name);

    public static int Number(this TableEntity row, string name) => row.GetInt32(name) ?? throw Missing(row, name);

    public static DateTimeOffset Time(this TableEntity row, string name) => row.TimeOrNull(name) ?? throw Missing(row, name);

    public static DateTimeOffset? TimeOrNull(this TableEntity row, string name) =>
        row.GetDateTimeOffset(name) is { } time ? time <= FirstTime ? DateTimeOffset.MinValue : time : null;

    public static T Enum<T>(this TableEntity row, string name)
        where T : struct, Enum => System.Enum.Parse<T>(row.Text(name));

    public static T? EnumOrNull<T>(this TableEntity row, string name)
        where T : struct, Enum => row.GetString(name) is { } text ? System.Enum.Parse<T>(text) : null;

    public static T Json<T>(this TableEntity row, string name) =>
        row.JsonOrNull<T>(name) ?? throw Missing(row, name);

    public static T? JsonOrNull<T>(this TableEntity row, string name) =>
        row.Bytes(name) is { } bytes ? JsonSerializer.Deserialize<T>(bytes, StateJson.Options) : default;

    public static byte[]? Bytes(this TableEntity row, string name)
    {
        if (row.GetBinary(name) is not { } first || !row.ContainsKey(PartName(name, 1))) return row.GetBinary(name);
        using var all = new MemoryStream();
        all.Write(first);
        for (var part = 1; row.GetBinary(PartName(name, part)) is { } next; part++) all.Write(next);
        return all.ToArray();
    }

    public static Versioned<T> As<T>(this TableEntity row, Func<TableEntity, T> read) => new(read(row), row.ETag);

    /// <summary>Whether the row that was found is the row that was to be written.</summary>
    public static bool SameContent(TableEntity written, TableEntity found)
    {
        var names = Names(written).ToHashSet();
        return names.SetEquals(Names(found)) && names.All(name => Same(written[name], found[name]));

        static IEnumerable<string> Names(TableEntity row) =>
            row.Where(property => property.Value is not null && !IsSystem(property.Key)).Select(property => property.Key);

        static bool Same(object left, object right) => (left, right) switch
        {
            (byte[] a, byte[] b) => a.AsSpan().SequenceEqual(b),
            (DateTimeOffset a, DateTimeOffset b) => a == b,
            _ => Equals(left, right),
        };
    }

    /// <summary>What the service counts against an entity's limit.</summary>
    public static int StoredSize(TableEntity row) =>
        4 + (2 * (row.PartitionKey.Length + row.RowKey.Length)) +
        row.Where(property => !IsSystem(property.Key)).Sum(property => 8 + (2 * property.Key.Length) + property.Value switch
        {
            string text => (2 * text.Length) + 4,
            byte[] bytes => bytes.Length + 4,
            bool => 1,
            int => 4,
            _ => 8,
        });

    /// <summary>No less than what the entity takes up in the body of a transaction.</summary>
    public static int SentSize(TableEntity row) =>
        // Headers, boundaries, the address with both keys and the keys again in the body.
        900 + (4 * (row.PartitionKey.Length + row.RowKey.Length)) +
        row.Where(property => !IsSystem(property.Key)).Sum(property => 60 + (2 * property.Key.Length) + property.Value switch
        {
            string text => text.Sum(unit => char.IsAsciiLetterOrDigit(unit) ? 1 : 6),
            byte[] bytes => (bytes.Length + 2) / 3 * 4,
            _ => 40,
        });

    public static string? Clip(string? text, int maxLength)
    {
        if (text is null || text.Length <= maxLength) return text;
        var end = char.IsHighSurrogate(text[maxLength - 2]) ? maxLength - 2 : maxLength - 1;
        return $"{text.AsSpan(0, end)}…";
    }

    private static TableEntity PutValue(this TableEntity row, string name, object? value)
    {
        if (value is not null) row[name] = value;
        return row;
    }

    private static string PartName(string name, int part) => part == 0 ? name : $"{name}{part}";

    public static bool IsSystem(string name) => name is "PartitionKey" or "RowKey" or "Timestamp" or "odata.etag" or "odata.metadata" or "ETag";

    private static FormatException Missing(TableEntity row, string name) =>
        new($"The row '{row.RowKey}' of partition '{row.PartitionKey}' has no property '{name}'.");
}
