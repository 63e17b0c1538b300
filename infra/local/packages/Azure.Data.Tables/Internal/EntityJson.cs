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
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (entity is IDictionary<string, object?> properties)
                WriteProperties(json, properties);
            else
                WriteProperties(json, entity);
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    public static T Read<T>(JsonElement json)
        where T : class, ITableEntity
    {
        var entity = Activator.CreateInstance<T>();
        if (entity is IDictionary<string, object?> properties)
            ReadProperties(json, properties);
        else
            ReadProperties(json, entity);
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

    private static void ReadProperties(JsonElement json, IDictionary<string, object?> properties)
    {
        foreach (var property in json.EnumerateObject())
        {
            if (property.Name is PropertyNames.ETag || !property.Name.Contains("odata.", StringComparison.Ordinal))
                properties[property.Name] = Untyped(property, json);
        }
    }

    private static object? Untyped(JsonProperty property, JsonElement entity) => property.Value.ValueKind switch
    {
        JsonValueKind.String when property.NameEquals(PropertyNames.Timestamp) => property.Value.GetDateTimeOffset(),
        JsonValueKind.String => TypeBeside(property, entity) switch
        {
            "Edm.Int64" => long.Parse(property.Value.GetString()!, CultureInfo.InvariantCulture),
            "Edm.DateTime" => property.Value.GetDateTimeOffset(),
            "Edm.Guid" => property.Value.GetGuid(),
            "Edm.Binary" => property.Value.GetBytesFromBase64(),
            "Edm.Double" => Double(property.Value),
            _ => property.Value.GetString(),
        },
        JsonValueKind.Number when TypeBeside(property, entity) is "Edm.Double" => property.Value.GetDouble(),
        JsonValueKind.Number => property.Value.TryGetInt32(out var number) ? (object)number : property.Value.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    private static string? TypeBeside(JsonProperty property, JsonElement entity) =>
        entity.TryGetProperty(property.Name + TypeSuffix, out var type) ? type.GetString() : null;

    private static void ReadProperties(JsonElement json, ITableEntity entity)
    {
        var known = EntityType.Of(entity.GetType()).Properties;
        foreach (var property in json.EnumerateObject())
        {
            switch (property.Name)
            {
                case PropertyNames.PartitionKey:
                    entity.PartitionKey = property.Value.GetString();
                    break;
                case PropertyNames.RowKey:
                    entity.RowKey = property.Value.GetString();
                    break;
                case PropertyNames.Timestamp:
                    entity.Timestamp = property.Value.GetDateTimeOffset();
                    break;
                case PropertyNames.ETag:
                    entity.ETag = new ETag(property.Value.GetString()!);
                    break;
                case var name when known.TryGetValue(name, out var target)
                    && target.SetMethod is { } set
                    && property.Value.ValueKind is not JsonValueKind.Null:
                    set.Invoke(entity, [Typed(property.Value, Nullable.GetUnderlyingType(target.PropertyType) ?? target.PropertyType)]);
                    break;
            }
        }
    }

    private static object? Typed(JsonElement json, Type type) => type switch
    {
        _ when type == typeof(string) => json.GetString(),
        _ when type == typeof(bool) => json.GetBoolean(),
        _ when type == typeof(int) => json.GetInt32(),
        _ when type == typeof(long) => json.ValueKind is JsonValueKind.Number ? json.GetInt64() : long.Parse(json.GetString()!, CultureInfo.InvariantCulture),
        _ when type == typeof(ulong) => json.ValueKind is JsonValueKind.Number ? json.GetUInt64() : ulong.Parse(json.GetString()!, CultureInfo.InvariantCulture),
        _ when type == typeof(double) => Double(json),
        _ when type == typeof(Guid) => json.GetGuid(),
        _ when type == typeof(DateTimeOffset) => json.GetDateTimeOffset(),
        _ when type == typeof(DateTime) => json.GetDateTimeOffset().UtcDateTime,
        _ when type == typeof(byte[]) => json.GetBytesFromBase64(),
        _ when type == typeof(BinaryData) => BinaryData.FromBytes(json.GetBytesFromBase64()),
        { IsEnum: true } => Enum.Parse(type, json.GetString()!),
        _ => throw new NotSupportedException($"Not supported type {type}."),
    };

    private static double Double(JsonElement json) =>
        json.ValueKind is JsonValueKind.Number ? json.GetDouble() : double.Parse(json.GetString()!, CultureInfo.InvariantCulture);
}
