using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace SyncFunctions.Tests.Support;

/// <summary>
/// Checks JSON against a schema of an OpenAPI document: of JSON Schema 2020-12 what such a document of ours uses. A member that the
/// schema does not name is wrong: whoever reads the document would never learn of it.
/// </summary>
public sealed class JsonSchema(JsonNode document)
{
    /// <returns>What is wrong, each with its place; empty where all is well.</returns>
    public IReadOnlyList<string> Wrong(JsonNode schema, JsonElement value)
    {
        var wrong = new List<string>();
        Check(schema, value, "#", wrong);
        return wrong;
    }

    private void Check(JsonNode schema, JsonElement value, string at, List<string> wrong)
    {
        if (schema is JsonValue all)
        {
            if (!all.GetValue<bool>()) wrong.Add($"{at}: nothing may be here.");
            return;
        }

        if (schema["$ref"] is { } reference)
        {
            Check(Find(reference.GetValue<string>()), value, at, wrong);
            return;
        }

        foreach (var any in new[] { schema["anyOf"], schema["oneOf"] }.OfType<JsonArray>())
        {
            var tries = any.Select(choice => Tried(choice!, value, at)).ToList();
            if (tries.TrueForAll(tried => tried.Count > 0)) wrong.AddRange(tries.MinBy(tried => tried.Count)!);
        }

        if (schema["type"] is { } type && !TypesOf(type).Any(name => Is(name, value))) wrong.Add($"{at}: {value.ValueKind} is not {type.ToJsonString()}.");
        if (schema["enum"] is JsonArray choices && !choices.Any(choice => JsonNode.DeepEquals(choice, JsonNode.Parse(value.GetRawText())))) wrong.Add($"{at}: {value} is none of {choices.ToJsonString()}.");
        if (schema["pattern"] is { } pattern && value.ValueKind == JsonValueKind.String && !Regex.IsMatch(value.GetString()!, pattern.GetValue<string>(), RegexOptions.None, TimeSpan.FromSeconds(1))) wrong.Add($"{at}: {value} is not as {pattern}.");
        if (value.ValueKind == JsonValueKind.Object) CheckMembers(schema, value, at, wrong);
        if (value.ValueKind == JsonValueKind.Array && schema["items"] is { } items)
        {
            foreach (var (number, item) in value.EnumerateArray().Index()) Check(items, item, $"{at}/{number}", wrong);
        }
    }

    private void CheckMembers(JsonNode schema, JsonElement value, string at, List<string> wrong)
    {
        var (named, others) = (schema["properties"] as JsonObject, schema["additionalProperties"]);
        foreach (var member in value.EnumerateObject())
        {
            if (named?[member.Name] is { } own) Check(own, member.Value, $"{at}/{member.Name}", wrong);
            else if (others is not null) Check(others, member.Value, $"{at}/{member.Name}", wrong);
            else if (named is not null) wrong.Add($"{at}/{member.Name}: no such member is known.");
        }

        foreach (var name in (schema["required"] as JsonArray ?? []).Select(name => name!.GetValue<string>()))
        {
            if (!value.TryGetProperty(name, out _)) wrong.Add($"{at}/{name}: it is missing.");
        }
    }

    private List<string> Tried(JsonNode schema, JsonElement value, string at)
    {
        var wrong = new List<string>();
        Check(schema, value, at, wrong);
        return wrong;
    }

    private JsonNode Find(string reference) =>
        reference.Split('/')[1..].Aggregate(document, (node, name) => node[name] ?? throw new InvalidOperationException($"{reference} leads nowhere."));

    private static IEnumerable<string> TypesOf(JsonNode type) => type is JsonArray many ? many.Select(name => name!.GetValue<string>()) : [type.GetValue<string>()];

    private static bool Is(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        _ => throw new InvalidOperationException($"There is no type {type}."),
    };
}
