using System.Collections.Immutable;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using SyncFunctions.App.Problems;
using SyncFunctions.Engine;

namespace SyncFunctions.App.Contract;

/// <summary>How a type is used: what is always there in an answer may be left out of a request.</summary>
internal enum SchemaUse
{
    Answer,
    Request,

    /// <summary>A JSON merge patch (RFC 7396): every member may be left out, and null takes it back.</summary>
    Patch,
}

/// <summary>The schemas of what is sent and answered, as the serializer writes it: one of its own for each object and enum.</summary>
internal sealed class OpenApiSchemas
{
    private readonly SortedDictionary<string, JsonNode?> _components = new(StringComparer.Ordinal);
    private readonly Dictionary<(Type Type, SchemaUse Use), string> _names = [];
    private readonly NullabilityInfoContext _nullability = new();

    public JsonObject Components => new(_components.Select(component => KeyValuePair.Create(component.Key, component.Value?.DeepClone())));

    public JsonObject Of(Type type, SchemaUse use)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner) return OrNull(Of(inner, use));
        if (Plain(type) is { } plain) return plain;
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Given<>)) return OrNull(Of(Nullable.GetUnderlyingType(type.GenericTypeArguments[0]) ?? type.GenericTypeArguments[0], use));
        if (type.IsEnum) return Reference(type, SchemaUse.Answer, () => new JsonObject { ["type"] = "string", ["enum"] = new JsonArray([.. Enum.GetValues(type).Cast<object>().Select(value => Json.ToNode(value)).OfType<JsonNode>()]) });
        if (type == typeof(FieldValue)) return Reference(type, SchemaUse.Answer, AnyValue);
        if (type == typeof(StatusChoices)) return Of(typeof(ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, string>>>), use);

        var info = Json.Options.GetTypeInfo(type);
        return info.Kind switch
        {
            JsonTypeInfoKind.Object => Reference(type, use, () => Members(info, use)),
            JsonTypeInfoKind.Enumerable => new JsonObject { ["type"] = "array", ["items"] = Of(info.ElementType!, use) },
            JsonTypeInfoKind.Dictionary => new JsonObject { ["type"] = "object", ["additionalProperties"] = Of(info.ElementType!, use) },
            _ => throw new InvalidOperationException($"{type} is written by a converter whose form is not known."),
        };
    }

    private static JsonObject? Plain(Type type) => type switch
    {
        _ when type == typeof(string) => new() { ["type"] = "string" },
        _ when type == typeof(bool) => new() { ["type"] = "boolean" },
        _ when type == typeof(int) || type == typeof(long) => new() { ["type"] = "integer" },
        _ when type == typeof(double) || type == typeof(decimal) => new() { ["type"] = "number" },
        _ when type == typeof(DateTimeOffset) => new() { ["type"] = "string", ["format"] = "date-time" },
        _ when type == typeof(DateOnly) => new() { ["type"] = "string", ["format"] = "date" },
        _ when type == typeof(TimeSpan) => new() { ["type"] = "string", ["description"] = "Hours, minutes and seconds, 01:30:00; days before a dot.", ["pattern"] = @"^-?(\d+\.)?\d{2}:\d{2}:\d{2}(\.\d{1,7})?$" },
        _ when type == typeof(Uri) => new() { ["type"] = "string", ["format"] = "uri-reference" },
        _ when typeof(JsonNode).IsAssignableFrom(type) || type == typeof(JsonElement) || type == typeof(object) => [],
        _ => null,
    };

    private static JsonObject AnyValue() => new()
    {
        ["description"] = "A field's value: JSON's own null, text, number, flag or list of texts; a day as text; a reference as {\"link\"}, or {\"record\"} where it is not linked; a text that is only remembered by its length as {\"characters\"}.",
        ["type"] = new JsonArray("null", "string", "number", "boolean", "array", "object"),
        ["items"] = new JsonObject { ["type"] = "string" },
        ["properties"] = new JsonObject { ["link"] = new JsonObject { ["type"] = "string" }, ["record"] = new JsonObject { ["type"] = "string" }, ["characters"] = new JsonObject { ["type"] = "integer" } },
    };

    public static JsonObject OrNull(JsonObject schema) => schema switch
    {
        { Count: 0 } => schema,
        _ when schema["type"] is JsonValue type => With(schema, "type", new JsonArray(type.DeepClone(), "null")),
        _ => new JsonObject { ["anyOf"] = new JsonArray(schema, new JsonObject { ["type"] = "null" }) },
    };

    private static JsonObject With(JsonObject schema, string name, JsonNode value)
    {
        schema[name] = value;
        return schema;
    }

    private JsonObject Reference(Type type, SchemaUse use, Func<JsonObject> make)
    {
        if (!_names.TryGetValue((type, use), out var name))
        {
            name = _names[(type, use)] = Named(type, use);
            if (!_components.TryAdd(name, null)) throw new InvalidOperationException($"Two types are called {name}.");

            // Its members may lead back to it.
            var schema = make();
            if (CodeComments.Of(type) is { } comment && !schema.ContainsKey("description")) schema.Insert(0, "description", comment);
            _components[name] = schema;
        }

        return new JsonObject { ["$ref"] = $"#/components/schemas/{name}" };
    }

    private static string Named(Type type, SchemaUse use)
    {
        var name = type.IsGenericType
            ? string.Concat(type.GetGenericArguments().Select(argument => Named(argument, SchemaUse.Answer))) + type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)].Replace("ListView", "List", StringComparison.Ordinal)
            : type.IsNested ? type.DeclaringType!.Name + type.Name : type.Name;
        return use == SchemaUse.Answer || type.IsNested ? name : $"{name}{(use == SchemaUse.Patch ? "Patch" : "Input")}";
    }

    private JsonObject Members(JsonTypeInfo info, SchemaUse use)
    {
        var (properties, required, others) = (new JsonObject(), new JsonArray(), (JsonNode?)null);
        foreach (var property in info.Properties)
        {
            if (property.IsExtensionData) others = true;
            else if (use == SchemaUse.Answer ? property.Get is not null : property.Set is not null || property.AssociatedParameter is not null)
            {
                var schema = Of(property.AttributeProvider is MemberInfo of && of.GetCustomAttribute<MergesAttribute>() is { } merges ? merges.Into : property.PropertyType, Inside(property, use));
                if (ElementMayBeNull(property) && schema["additionalProperties"] is JsonObject value) schema["additionalProperties"] = OrNull((JsonObject)value.DeepClone());
                if (!property.PropertyType.IsValueType && (use == SchemaUse.Patch || MayBeNull(property, use))) schema = OrNull(schema);
                if (use == SchemaUse.Patch && property.PropertyType.IsValueType && Nullable.GetUnderlyingType(property.PropertyType) is null) schema = OrNull(schema);
                if (CodeComments.Of(info.Type, ClrName(property)) is { } comment) schema["description"] = comment;
                properties[property.Name] = schema;
                if (use == SchemaUse.Answer ? property.ShouldSerialize is null || !HasIgnore(property) : IsRequired(property)) required.Add(property.Name);
            }
        }

        var schemaOfType = new JsonObject { ["type"] = "object", ["properties"] = properties };
        if (required.Count > 0 && use != SchemaUse.Patch) schemaOfType["required"] = required;
        if (others is not null) schemaOfType["additionalProperties"] = others;
        else if (use != SchemaUse.Answer) schemaOfType["additionalProperties"] = false;
        return schemaOfType;
    }

    private static SchemaUse Inside(JsonPropertyInfo property, SchemaUse use) =>
        property.AttributeProvider is MemberInfo member && member.GetCustomAttribute<MergesAttribute>() is not null ? SchemaUse.Patch : use;

    /// <summary>Left out where it is blank.</summary>
    private static bool HasIgnore(JsonPropertyInfo property) =>
        property.AttributeProvider is MemberInfo member && member.GetCustomAttribute<System.Text.Json.Serialization.JsonIgnoreAttribute>() is not null;

    /// <summary>What a function asks for as such, and what cannot be told from nothing.</summary>
    private static bool IsRequired(JsonPropertyInfo property) =>
        property.IsRequired
        || (property.AttributeProvider is MemberInfo member && member.GetCustomAttribute<MustAttribute>() is not null)
        || (property.AssociatedParameter is { HasDefaultValue: false, IsNullable: false } parameter && Nullable.GetUnderlyingType(parameter.ParameterType) is null);

    private static bool MayBeNull(JsonPropertyInfo property, SchemaUse use) =>
        use == SchemaUse.Answer ? property.IsGetNullable : property.AssociatedParameter?.IsNullable ?? property.IsSetNullable;

    private bool ElementMayBeNull(JsonPropertyInfo property) =>
        property.AttributeProvider is PropertyInfo { PropertyType.IsGenericType: true } member
        && _nullability.Create(member).GenericTypeArguments is [.., { ReadState: NullabilityState.Nullable, Type.IsValueType: false }];

    private static string ClrName(JsonPropertyInfo property) => (property.AttributeProvider as MemberInfo)?.Name ?? property.Name;
}
