using System.Text.Json;
using SyncFunctions.Engine;

namespace SyncFunctions.Simulation.Vendors;

/// <summary>Records of fake systems as JSON, and back.</summary>
internal static class FakeJson
{
    public static void Write(Utf8JsonWriter json, FakeHabits habits, FakeRecord record, FakeState state, bool inside)
    {
        json.WriteStartObject();
        json.WriteString("id", record.Id);
        json.WriteString("created", record.Created.UtcDateTime);
        json.WriteString("modified", (habits.OwnTimesStay ? record.Created : state.Modified).UtcDateTime);
        if (habits.StrongVersions) json.WriteNumber("version", state.Version);
        foreach (var field in habits.Kind(record.Kind).Fields)
        {
            if (field.Inside != inside && !(inside is false && field.Inside && habits.StrongVersions is false)) continue;
            json.WritePropertyName(field.Name);
            Write(json, state.Fields.Find(field.Name) ?? FieldValue.None);
        }

        json.WriteEndObject();
    }

    /// <summary>The fields of a body; null where it holds what the kind does not have.</summary>
    public static FieldSet? Read(FakeKind kind, JsonElement body)
    {
        var fields = new List<KeyValuePair<string, FieldValue>>();
        foreach (var property in body.EnumerateObject())
        {
            if (kind.Find(property.Name) is not { } field) return null;
            fields.Add(KeyValuePair.Create(field.Name, Read(field, property.Value)));
        }

        return FieldSet.From(fields);
    }

    private static FieldValue Read(FakeField field, JsonElement value) => (value.ValueKind, field.Type) switch
    {
        (JsonValueKind.Null, _) => FieldValue.None,
        (_, Connectors.SystemFieldType.Number) => FieldValue.Of(value.GetDecimal()),
        (_, Connectors.SystemFieldType.Flag) => FieldValue.Of(value.GetBoolean()),
        (_, Connectors.SystemFieldType.Day) => FieldValue.Of(DateOnly.ParseExact(value.GetString()!, "yyyy-MM-dd")),
        (_, Connectors.SystemFieldType.Set) => new FieldValue.Set(value.EnumerateArray().Select(item => item.GetString()!)),
        (_, Connectors.SystemFieldType.Reference) => new FieldValue.Reference(value.ToString()),
        _ => FieldValue.Of(value.GetString()),
    };

    private static void Write(Utf8JsonWriter json, FieldValue value)
    {
        switch (value)
        {
            case FieldValue.Number number:
                json.WriteNumberValue(number.Value);
                break;
            case FieldValue.Flag flag:
                json.WriteBooleanValue(flag.Value);
                break;
            case FieldValue.Set set:
                json.WriteStartArray();
                foreach (var item in set.Items) json.WriteStringValue(item);
                json.WriteEndArray();
                break;
            case FieldValue.Reference reference:
                json.WriteStringValue(reference.RecordId);
                break;
            case FieldValue.Null:
                json.WriteNullValue();
                break;
            default:
                json.WriteStringValue(value.ToString());
                break;
        }
    }
}
