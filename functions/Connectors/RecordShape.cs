using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using SyncFunctions.Engine;

namespace SyncFunctions.Connectors;

/// <summary>How a kind's records look in a vendor's JSON.</summary>
internal sealed record RecordShape(SystemKind Kind)
{
    /// <summary>Where fields stand that do not stand under their own name; the first is where they are written.</summary>
    public ImmutableDictionary<string, string[]> Paths { get; init; } = ImmutableDictionary<string, string[]>.Empty;

    public required string[] Created { get; init; }

    public required string[] Modified { get; init; }

    /// <summary>The zone of times that name none.</summary>
    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>References are written as texts even where they look like numbers.</summary>
    public bool IdsAreTexts { get; init; }

    /// <summary>What makes a name for people: of the first set of names that is there, all.</summary>
    public ImmutableArray<string[]> Label { get; init; } = [["name"]];

    public Record Read(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw new UnexpectedAnswerException($"an item of {Kind.Name} is no JSON object.");
        var id = json.At("id").AsText($"the id of {Kind.Name}") is { Length: > 0 } text
            ? text
            : throw new UnexpectedAnswerException($"an item of {Kind.Name} has no id.");
        var fields = FieldSet.From(Kind.Fields
            .Select(field => (field.Name, Value: Read(field, json.AtAny(PathsOf(field.Name)), $"{field.Name} of {Kind.Name} {id}")))
            .Where(field => field.Value is not null)
            .Select(field => KeyValuePair.Create(field.Name, field.Value!))
            .Concat(Kind.Further.SelectMany(further => ReadFurther(further, further.Holder.Length == 0 ? json : json.At(further.Holder), further.Holder))));
        return new Record(id, fields)
        {
            Created = json.AtAny(Created).AsTime($"the creation time of {Kind.Name} {id}", Zone),
            Modified = json.AtAny(Modified).AsTime($"the modified time of {Kind.Name} {id}", Zone),
            Label = LabelOf(json),
        };
    }

    /// <summary>The body of a write. Refuses what the catalog calls read-only: a map that sends it is wrong.</summary>
    public VendorResult<JsonObject> Write(FieldSet fields)
    {
        var body = new JsonObject();
        foreach (var (name, value) in fields)
        {
            if (Kind.Field(name) is not { Writable: true } field)
                return new VendorFailure(FailureKind.Permanent, $"The field {name} of {Kind.Name} cannot be written.");
            Put(body, PathsOf(name)[0].Split('.'), Write(field, value, IdsAreTexts));
        }

        return body;
    }

    /// <summary>The record in the answer to a write; without fields where the answer tells no more than its id, or nothing.</summary>
    /// <param name="answer">The answer to the write.</param>
    /// <param name="id">The record's id; null for one that was created just now.</param>
    public Record ReadWritten(VendorAnswer answer, string? id)
    {
        var json = Unwrap(answer.Json);
        if (json.ValueKind == JsonValueKind.Object && !json.At("id").IsMissing())
            return Read(json);
        id ??= json.ValueKind == JsonValueKind.Object ? null : json.AsText($"the id of {Kind.Name}");
        return id is { Length: > 0 } ? new Record(id, FieldSet.Empty) : throw new UnexpectedAnswerException($"it holds no id of the new record of {Kind.Name}.");
    }

    /// <summary>The record itself, where it is wrapped in a <c>data</c> or <c>item</c>.</summary>
    public static JsonElement Unwrap(JsonElement json) =>
        json.ValueKind == JsonValueKind.Object && json.At("id").IsMissing() && json.AtAny("data", "item") is { ValueKind: JsonValueKind.Object } inner ? inner : json;

    /// <summary>Whether a record is what was searched for. Vendors differ in what "equal" means, and may ignore a filter they do not know.</summary>
    public static bool IsMatch(Record record, FieldSet where) =>
        where.All(field => string.Equals(record.Fields.Find(field.Key)?.ToString(), field.Value.ToString(), StringComparison.OrdinalIgnoreCase));

    private string[] PathsOf(string name) => Paths.GetValueOrDefault(name) ?? [name];

    private string LabelOf(JsonElement json) => Label
        .Select(names => string.Join(' ', names.Select(name => json.AtAny(PathsOf(name)).AsText(name)).Where(text => !string.IsNullOrWhiteSpace(text))))
        .FirstOrDefault(label => label.Length > 0) ?? "";

    /// <summary>What an account made for itself, each of the type that its JSON shows; parts of an object are fields of their own.</summary>
    private IEnumerable<KeyValuePair<string, FieldValue>> ReadFurther(FurtherFields further, JsonElement holder, string path)
    {
        if (holder.ValueKind != JsonValueKind.Object)
            yield break;
        foreach (var property in holder.EnumerateObject())
        {
            var name = path.Length == 0 ? property.Name : $"{path}.{property.Name}";
            if (property.Value.ValueKind == JsonValueKind.Object)
            {
                foreach (var part in ReadFurther(further, property.Value, name))
                    yield return part;
                continue;
            }

            var type = property.Value.ValueKind switch
            {
                JsonValueKind.Number => SystemFieldType.Number,
                JsonValueKind.True or JsonValueKind.False => SystemFieldType.Flag,
                JsonValueKind.Array => SystemFieldType.Set,
                _ => SystemFieldType.Text,
            };
            // A list where none is known to be is nothing that could be written back.
            if (type == SystemFieldType.Set && !further.Types.Contains(type))
                continue;
            if (Kind.Fields.All(field => field.Name != name) && further.Find(name, type) is { } field && Read(field, property.Value, $"{name} of {Kind.Name}") is { } value)
                yield return KeyValuePair.Create(name, value);
        }
    }

    private static FieldValue? Read(SystemField field, JsonElement json, string what)
    {
        if (json.ValueKind == JsonValueKind.Undefined)
            return null;
        return field.Type switch
        {
            SystemFieldType.Text => FieldValue.Of(json.AsText(what)),
            SystemFieldType.Number => FieldValue.Of(json.AsNumber(what)),
            SystemFieldType.Flag => FieldValue.Of(json.AsFlag(what)),
            SystemFieldType.Day => FieldValue.Of(json.AsDay(what)),
            SystemFieldType.Time => FieldValue.Of(json.AsTime(what, TimeZoneInfo.Utc)?.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)),
            SystemFieldType.Set => ReadSet(json, what),
            _ => ReadReference(json, what),
        };
    }

    private static FieldValue ReadSet(JsonElement json, string what) => json.ValueKind switch
    {
        JsonValueKind.Null => FieldValue.None,
        JsonValueKind.Array => new FieldValue.Set(json.EnumerateArray().Select(item => item.AsText(what)).OfType<string>()),
        _ => new FieldValue.Set((json.AsText(what) ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)),
    };

    /// <summary>An id, or a record with an id; 0 and "" are how vendors write "none".</summary>
    private static FieldValue ReadReference(JsonElement json, string what)
    {
        var id = (json.ValueKind == JsonValueKind.Object ? json.At("id") : json).AsText(what);
        return id is null or "" or "0" ? FieldValue.None : new FieldValue.Reference(id);
    }

    private static JsonNode? Write(SystemField field, FieldValue value, bool idsAreTexts) => value switch
    {
        FieldValue.Null => null,
        FieldValue.Text text => JsonValue.Create(field.MaxLength is { } max ? Cut(text.Value, max) : text.Value),
        FieldValue.Number number => JsonValue.Create(number.Value),
        FieldValue.Flag flag => JsonValue.Create(flag.Value),
        FieldValue.Day day => JsonValue.Create(day.ToString()),
        FieldValue.Set set => new JsonArray([.. set.Items.Select(item => JsonValue.Create(item))]),
        FieldValue.Reference { RecordId: var id } => !idsAreTexts && long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? JsonValue.Create(number)
            : JsonValue.Create(id),
        _ => throw new ArgumentException($"{field.Name} cannot be sent to a vendor as {value.GetType().Name}.", nameof(value)),
    };

    private static string Cut(string text, int max) =>
        text.Length <= max ? text : text[..(char.IsHighSurrogate(text[max - 1]) ? max - 1 : max)];

    private static void Put(JsonObject body, ReadOnlySpan<string> path, JsonNode? value)
    {
        if (path.Length == 1)
        {
            body[path[0]] = value;
            return;
        }

        if (body[path[0]] is not JsonObject inner)
            body[path[0]] = inner = [];
        Put(inner, path[1..], value);
    }
}
