using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Azure.Data.Tables;

/// <summary>Entities as the JSON of the table service, where a type that JSON lacks is named beside the value.</summary>
internal static class EntityJson
{
    private const string TypeSuffix = "@odata.type";
    private const string RoundTripUtc = "yyyy-MM-ddTHH:mm:ss.fffffffZ";

    public static ReadOnlyMemory<byte> Write(ITableEntity entity)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        Write(entity, buffer);
        return buffer.WrittenMemory;
    }

    public static void Write(ITableEntity entity, IBufferWriter<byte> buffer)
    {
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        if (entity is IDictionary<string, object?> properties)
            WriteProperties(json, properties);
        else
            WriteProperties(json, entity);
        json.WriteEndObject();
    }

    public static T Read<T>(ReadOnlySpan<byte> text)
        where T : class, ITableEntity
    {
        var json = new Utf8JsonReader(text);
        json.Read();
        return Read<T>(ref json);
    }

    /// <summary>The entities of an answer, which it has as "value".</summary>
    public static List<T> ReadPage<T>(ReadOnlySpan<byte> text)
        where T : class, ITableEntity
    {
        var entities = new List<T>();
        var json = new Utf8JsonReader(text);
        json.Read();
        while (json.Read() && json.TokenType is JsonTokenType.PropertyName)
        {
            if (!json.ValueTextEquals("value"u8))
            {
                json.Skip();
                continue;
            }

            json.Read();
            while (json.Read() && json.TokenType is JsonTokenType.StartObject)
                entities.Add(Read<T>(ref json));
        }

        return entities;
    }

    private static T Read<T>(ref Utf8JsonReader json)
        where T : class, ITableEntity
    {
        var entity = Activator.CreateInstance<T>();
        if (entity is IDictionary<string, object?> properties)
            ReadProperties(ref json, properties);
        else
            ReadProperties(ref json, entity);
        return entity;
    }

    private static void WriteProperties(Utf8JsonWriter json, IDictionary<string, object?> properties)
    {
        foreach (var (name, value) in properties)
        {
            if (value is Enum)
                throw new NotSupportedException("Enum values are only supported for custom model types implementing ITableEntity.");
            if (name is not (PropertyNames.Timestamp or PropertyNames.ETag))
                WriteProperty(json, name, value);
        }
    }

    private static void WriteProperties(Utf8JsonWriter json, ITableEntity entity)
    {
        json.WriteString(PropertyNames.PartitionKey, entity.PartitionKey);
        json.WriteString(PropertyNames.RowKey, entity.RowKey);
        foreach (var (name, property) in EntityType.Of(entity.GetType()).Properties)
            WriteProperty(json, name, property.GetValue(entity));
    }

    // The service stores no nulls: a property without a value is a property that is not there.
    private static void WriteProperty(Utf8JsonWriter json, string name, object? value)
    {
        switch (value)
        {
            case null:
                break;
            case string text:
                json.WriteString(name, text);
                break;
            case bool flag:
                json.WriteBoolean(name, flag);
                break;
            case int number:
                json.WriteNumber(name, number);
                break;
            case long number:
                json.WriteString(name, number.ToString(CultureInfo.InvariantCulture));
                WriteType("Edm.Int64");
                break;
            case ulong number:
                json.WriteString(name, number.ToString(CultureInfo.InvariantCulture));
                WriteType("Edm.Int64");
                break;
            case double number:
                if (double.IsNaN(number))
                    json.WriteString(name, "NaN");
                else
                    json.WriteNumber(name, number);
                WriteType("Edm.Double");
                break;
            case Guid id:
                json.WriteString(name, id);
                WriteType("Edm.Guid");
                break;
            case DateTimeOffset moment:
                WriteMoment(moment);
                break;
            case DateTime { Kind: DateTimeKind.Utc } moment:
                WriteMoment(moment);
                break;
            case DateTime moment:
                throw new NotSupportedException(
                    $"DateTime {moment} has a Kind of {moment.Kind}. Azure SDK requires it to be UTC. You can call DateTime.SpecifyKind to change Kind property value to DateTimeKind.Utc.");
            case byte[] bytes:
                json.WriteBase64String(name, bytes);
                WriteType("Edm.Binary");
                break;
            case BinaryData bytes:
                json.WriteBase64String(name, bytes.ToMemory().Span);
                WriteType("Edm.Binary");
                break;
            case Enum choice:
                json.WriteString(name, choice.ToString());
                break;
            default:
                throw new NotSupportedException($"Not supported type {value.GetType()} of property '{name}'.");
        }

        void WriteMoment(DateTimeOffset moment)
        {
            json.WriteString(name, moment.UtcDateTime.ToString(RoundTripUtc, CultureInfo.InvariantCulture));
            WriteType("Edm.DateTime");
        }

        void WriteType(string type) => json.WriteString(name + TypeSuffix, type);
    }

    private static void ReadProperties(ref Utf8JsonReader json, IDictionary<string, object?> properties)
    {
        var types = TypesOf(json);
        while (json.Read() && json.TokenType is JsonTokenType.PropertyName)
        {
            if (IsAnnotation(json))
            {
                json.Skip();
                continue;
            }

            var name = json.GetString()!;
            json.Read();
            properties[name] = Untyped(ref json, name is PropertyNames.Timestamp ? "Edm.DateTime" : types?.GetValueOrDefault(name));
        }
    }

    // The types stand before their values or behind them. The reader is a copy: the caller's stays where it is.
    private static Dictionary<string, string>? TypesOf(Utf8JsonReader json)
    {
        Dictionary<string, string>? types = null;
        while (json.Read() && json.TokenType is JsonTokenType.PropertyName)
        {
            if (!json.ValueSpan.EndsWith("@odata.type"u8))
            {
                json.Skip();
                continue;
            }

            var name = json.GetString()![..^TypeSuffix.Length];
            json.Read();
            (types ??= [])[name] = json.GetString()!;
        }

        return types;
    }

    private static bool IsAnnotation(in Utf8JsonReader json) => json.ValueSpan.IndexOf("odata."u8) >= 0 && !json.ValueTextEquals("odata.etag"u8);

    private static object? Untyped(ref Utf8JsonReader json, string? type)
    {
        switch (json.TokenType)
        {
            case JsonTokenType.String:
                return type switch
                {
                    "Edm.Int64" => long.Parse(json.GetString()!, CultureInfo.InvariantCulture),
                    "Edm.DateTime" => json.GetDateTimeOffset(),
                    "Edm.Guid" => json.GetGuid(),
                    "Edm.Binary" => json.GetBytesFromBase64(),
                    "Edm.Double" => Double(ref json),
                    _ => json.GetString(),
                };
            case JsonTokenType.Number:
                return type is not "Edm.Double" && json.TryGetInt32(out var number) ? (object)number : json.GetDouble();
            case JsonTokenType.True:
                return true;
            case JsonTokenType.False:
                return false;
            default:
                json.Skip();
                return null;
        }
    }

    private static void ReadProperties(ref Utf8JsonReader json, ITableEntity entity)
    {
        var known = EntityType.Of(entity.GetType()).Properties;
        while (json.Read() && json.TokenType is JsonTokenType.PropertyName)
        {
            var name = json.GetString()!;
            json.Read();
            switch (name)
            {
                case PropertyNames.PartitionKey:
                    entity.PartitionKey = json.GetString();
                    break;
                case PropertyNames.RowKey:
                    entity.RowKey = json.GetString();
                    break;
                case PropertyNames.Timestamp:
                    entity.Timestamp = json.GetDateTimeOffset();
                    break;
                case PropertyNames.ETag:
                    entity.ETag = new ETag(json.GetString()!);
                    break;
                case var _ when known.TryGetValue(name, out var target)
                    && target.SetMethod is { } set
                    && json.TokenType is not JsonTokenType.Null:
                    set.Invoke(entity, [Typed(ref json, Nullable.GetUnderlyingType(target.PropertyType) ?? target.PropertyType)]);
                    break;
                default:
                    json.Skip();
                    break;
            }
        }
    }

    private static object? Typed(ref Utf8JsonReader json, Type type) => type switch
    {
        _ when type == typeof(string) => json.GetString(),
        _ when type == typeof(bool) => json.GetBoolean(),
        _ when type == typeof(int) => json.GetInt32(),
        _ when type == typeof(long) => json.TokenType is JsonTokenType.Number ? json.GetInt64() : long.Parse(json.GetString()!, CultureInfo.InvariantCulture),
        _ when type == typeof(ulong) => json.TokenType is JsonTokenType.Number ? json.GetUInt64() : ulong.Parse(json.GetString()!, CultureInfo.InvariantCulture),
        _ when type == typeof(double) => Double(ref json),
        _ when type == typeof(Guid) => json.GetGuid(),
        _ when type == typeof(DateTimeOffset) => json.GetDateTimeOffset(),
        _ when type == typeof(DateTime) => json.GetDateTimeOffset().UtcDateTime,
        _ when type == typeof(byte[]) => json.GetBytesFromBase64(),
        _ when type == typeof(BinaryData) => BinaryData.FromBytes(json.GetBytesFromBase64()),
        { IsEnum: true } => Enum.Parse(type, json.GetString()!),
        _ => throw new NotSupportedException($"Not supported type {type}."),
    };

    private static double Double(ref Utf8JsonReader json) =>
        json.TokenType is JsonTokenType.Number ? json.GetDouble() : double.Parse(json.GetString()!, CultureInfo.InvariantCulture);
}
