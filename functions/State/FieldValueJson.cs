using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using SyncFunctions.Engine;

namespace SyncFunctions.State;

/// <summary>
/// Field values in few bytes. Null, text, number, flag and set are JSON's own null, string, number, boolean and array; the others are
/// an object whose first property is the tag: <c>{"d":"2026-01-31"}</c> a day, <c>{"r":"id"}</c> a reference, <c>{"l":"id"}</c> a
/// linked reference, <c>{"h":"sha256","n":300}</c> a digest, <c>{"x":"escaped"}</c> a text that is not well-formed Unicode.
/// </summary>
public sealed class FieldValueJson : JsonConverter<FieldValue>
{
    public override bool HandleNull => true;

    public override FieldValue Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null: return FieldValue.None;
            case JsonTokenType.String: return new FieldValue.Text(reader.GetString()!);
            case JsonTokenType.Number: return new FieldValue.Number(reader.GetDecimal());
            case JsonTokenType.True: return new FieldValue.Flag(true);
            case JsonTokenType.False: return new FieldValue.Flag(false);
            case JsonTokenType.StartArray:
                var items = new List<string>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) items.Add(ReadText(ref reader));
                return new FieldValue.Set(items);
            case JsonTokenType.StartObject: return ReadTagged(ref reader);
            default: throw new JsonException($"A field value cannot begin with {reader.TokenType}.");
        }
    }

    public override void Write(Utf8JsonWriter writer, FieldValue value, JsonSerializerOptions options)
    {
        switch (value)
        {
            case FieldValue.Null:
                writer.WriteNullValue();
                break;
            case FieldValue.Text text:
                WriteText(writer, text.Value);
                break;
            case FieldValue.Number number:
                writer.WriteNumberValue(number.Value);
                break;
            case FieldValue.Flag flag:
                writer.WriteBooleanValue(flag.Value);
                break;
            case FieldValue.Set set:
                writer.WriteStartArray();
                foreach (var item in set.Items) WriteText(writer, item);
                writer.WriteEndArray();
                break;
            case FieldValue.Day day:
                WriteTagged(writer, "d", day.Value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
                break;
            case FieldValue.Reference reference:
                WriteTagged(writer, "r", Keys.Escape(reference.RecordId));
                break;
            case FieldValue.LinkedReference reference:
                WriteTagged(writer, "l", reference.Link.Value);
                break;
            case FieldValue.Digest digest:
                writer.WriteStartObject();
                writer.WriteString("h", digest.Sha256);
                writer.WriteNumber("n", digest.Length);
                writer.WriteEndObject();
                break;
            default:
                throw new JsonException($"No form is defined for {value.GetType().Name}.");
        }
    }

    private static FieldValue ReadTagged(ref Utf8JsonReader reader)
    {
        var tag = Next(ref reader, JsonTokenType.PropertyName);
        var text = Next(ref reader, JsonTokenType.String);
        var length = 0;
        if (tag == "h")
        {
            Next(ref reader, JsonTokenType.PropertyName);
            Next(ref reader, JsonTokenType.Number);
            length = reader.GetInt32();
        }

        Next(ref reader, JsonTokenType.EndObject);
        return tag switch
        {
            "d" when DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) => new FieldValue.Day(day),
            "r" => new FieldValue.Reference(Keys.Unescape(text)),
            "l" => new FieldValue.LinkedReference(new LinkId(text)),
            "h" => new FieldValue.Digest(text, length),
            "x" => new FieldValue.Text(Keys.Unescape(text)),
            _ => throw new JsonException($"No field value has this form under the tag '{tag}'."),
        };
    }

    private static string Next(ref Utf8JsonReader reader, JsonTokenType expected)
    {
        if (!reader.Read() || reader.TokenType != expected) throw new JsonException($"Expected {expected} in a field value, found {reader.TokenType}.");
        return expected is JsonTokenType.PropertyName or JsonTokenType.String ? reader.GetString()! : "";
    }

    private static void WriteTagged(Utf8JsonWriter writer, string tag, string text)
    {
        writer.WriteStartObject();
        writer.WriteString(tag, text);
        writer.WriteEndObject();
    }

    // JSON in UTF-8 has no form for a lone surrogate (a vendor, or a cut at a length, can leave one): it would come back as U+FFFD, a change.
    private static void WriteText(Utf8JsonWriter writer, string text)
    {
        if (IsWellFormed(text)) writer.WriteStringValue(text);
        else WriteTagged(writer, "x", Keys.Escape(text));
    }

    private static string ReadText(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String) return reader.GetString()!;
        return reader.TokenType == JsonTokenType.StartObject && ReadTagged(ref reader) is FieldValue.Text text
            ? text.Value
            : throw new JsonException("A set holds texts.");
    }

    private static bool IsWellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1])) return false;
            i++;
        }

        return true;
    }
}

/// <summary>Fields by name: one JSON object.</summary>
public sealed class FieldSetJson : JsonConverter<FieldSet>
{
    private static readonly FieldValueJson Values = new();

    public override FieldSet Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject) throw new JsonException("A field set is an object.");
        var fields = new List<KeyValuePair<string, FieldValue>>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            fields.Add(KeyValuePair.Create(name, Values.Read(ref reader, typeof(FieldValue), options)));
        }

        return FieldSet.From(fields);
    }

    public override void Write(Utf8JsonWriter writer, FieldSet value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (var (name, field) in value)
        {
            writer.WritePropertyName(name);
            Values.Write(writer, field, options);
        }

        writer.WriteEndObject();
    }
}
