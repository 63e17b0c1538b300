using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using SyncFunctions.Engine;

namespace SyncFunctions.App.Problems;

/// <summary>
/// A field's value as people and scripts read it: JSON's own null, text, number, flag and list; a day as text; a reference as
/// <c>{"link":…}</c>, or <c>{"record":…}</c> where it is not linked; a text that is only remembered by its hash as <c>{"characters":…}</c>.
/// </summary>
public sealed class ShownValue : JsonConverter<FieldValue>
{
    public override bool HandleNull => true;

    public override FieldValue Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new JsonException("Values are only shown.");

    public override void Write(Utf8JsonWriter writer, FieldValue value, JsonSerializerOptions options)
    {
        switch (value)
        {
            case null or FieldValue.Null:
                writer.WriteNullValue();
                break;
            case FieldValue.Number number:
                writer.WriteNumberValue(number.Value);
                break;
            case FieldValue.Flag flag:
                writer.WriteBooleanValue(flag.Value);
                break;
            case FieldValue.Day day:
                writer.WriteStringValue(day.Value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
                break;
            case FieldValue.Set set:
                JsonSerializer.Serialize(writer, set.Items, options);
                break;
            case FieldValue.LinkedReference reference:
                WriteObject(writer, () => writer.WriteString("link", reference.Link.Value));
                break;
            case FieldValue.Reference reference:
                WriteObject(writer, () => writer.WriteString("record", reference.RecordId));
                break;
            case FieldValue.Digest digest:
                WriteObject(writer, () => writer.WriteNumber("characters", digest.Length));
                break;
            default:
                writer.WriteStringValue(value.ToString());
                break;
        }
    }

    private static void WriteObject(Utf8JsonWriter writer, Action member)
    {
        writer.WriteStartObject();
        member();
        writer.WriteEndObject();
    }
}
