using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using SyncFunctions.Engine;
using static SyncFunctions.Connectors.ConnectWise.ConnectWiseCatalog;

namespace SyncFunctions.Connectors.ConnectWise;

/// <summary>ConnectWise's JSON: references are objects, days are times at midnight, ids of what is nested are good within their parent only.</summary>
internal static class ConnectWiseRecords
{
    private const string Email = "Email";
    private const string Phone = "Phone";
    private const string Items = "communicationItems";

    private static readonly ImmutableDictionary<string, string[]> NamesOfReferences = new Dictionary<string, string[]>
    {
        ["statusName"] = ["status.name"],
        ["companyName"] = ["company.name"],
        ["boardName"] = ["board.name"],
    }.ToImmutableDictionary();

    private static readonly ImmutableDictionary<string, RecordShape> Shapes = Catalog.Kinds.Select(kind => new RecordShape(kind)
    {
        Created = ["_info.dateEntered", "dateEntered"],
        Modified = ["_info.lastUpdated", "lastUpdated"],
        Paths = kind.Name switch
        {
            Phases => NamesOfReferences.Add("project", ["projectId"]),
            ScheduleEntries => NamesOfReferences.Add("ticket", ["objectId"]),
            TimeEntries => NamesOfReferences.Add("ticket", ["chargeToId"]),
            Companies => NamesOfReferences.Add("country", ["country.name", "country"]),
            ProjectStatuses => NamesOfReferences.Add("inactive", ["inactiveFlag", "inactive"]),
            BoardStatuses => NamesOfReferences.Add("closedFlag", ["closedStatus", "closedFlag"]),
            _ => NamesOfReferences,
        },
        Label = kind.Name switch
        {
            Phases => [["description"]],
            Tickets => [["summary"]],
            Contacts or Members => [["firstName", "lastName"], ["identifier"]],
            TimeEntries => [["member.name", "timeStart"]],
            _ => [["name"]],
        },
    }).ToImmutableDictionary(shape => shape.Kind.Name);

    /// <param name="parent">The record it was read in, for what is nested.</param>
    public static Record Read(string kind, JsonElement json, string? parent)
    {
        var record = Shapes[kind].Read(json);
        return kind switch
        {
            Phases => Nested(record, record.Fields.Find("project") is FieldValue.Reference { RecordId: var project } ? project : parent!, "parentPhase"),
            BoardStatuses => Nested(record, parent!, null) is var status ? status with { Fields = status.Fields.With("board", new FieldValue.Reference(parent!)) } : record,
            Tickets => InProject(record),
            Contacts => record with { Fields = record.Fields.With("email", Way(json, Email)).With("phone", Way(json, Phone)) },
            Members => record with { Fields = record.Fields.With("email", Address(json)) },
            _ => record,
        };
    }

    /// <summary>The record in the answer to a write, which ConnectWise gives whole.</summary>
    public static Record ReadWritten(string kind, VendorAnswer answer, string? parent) => answer.Json.ValueKind == JsonValueKind.Object
        ? Read(kind, answer.Json, parent)
        : throw new UnexpectedAnswerException($"it does not hold the written record of {kind}.");

    /// <summary>The fields as they stand in a record of the vendor. How to reach a contact is a list there: <see cref="Ways"/>.</summary>
    public static VendorResult<JsonObject> Write(string kind, FieldSet fields)
    {
        var shape = Shapes[kind];
        if (kind == Contacts)
            fields = fields.Without("email").Without("phone");
        if (!shape.Write(fields).TryGet(out var body, out var failure))
            return failure;
        foreach (var field in shape.Kind.Fields.Where(field => fields.ContainsKey(field.Name)))
        {
            var path = shape.Paths.GetValueOrDefault(field.Name)?[0] ?? field.Name;
            var name = path.Split('.')[0];
            var isObject = name == field.Name;
            body[name] = (field.Type, body[name]) switch
            {
                (_, null) => null,
                _ when fields[field.Name] is FieldValue.Null => null,
                (SystemFieldType.Reference, { } id) => isObject ? new JsonObject { ["id"] = Number(id) } : Number(id),
                (SystemFieldType.Day, { } day) => JsonValue.Create($"{day}T00:00:00Z"),
                (SystemFieldType.Text, JsonValue text) => JsonValue.Create(OneLine(text.GetValue<string>())),
                (_, { } other) => other.DeepClone(),
            };
        }

        return body;
    }

    /// <summary>Whether a write speaks of how to reach a contact.</summary>
    public static bool HasWays(FieldSet fields) => fields.ContainsKey("email") || fields.ContainsKey("phone");

    /// <summary>
    /// All the ways to reach a contact, since ConnectWise takes them whole: those it has, with the first of each sort as given.
    /// </summary>
    /// <param name="old">The contact as it is; Undefined for a new one.</param>
    public static JsonArray Ways(JsonElement old, FieldSet fields, Func<string, string> setting)
    {
        var ways = old.At(Items) is { ValueKind: JsonValueKind.Array } items ? JsonArray.Create(items)! : [];
        foreach (var (field, sort, type) in new[] { ("email", Email, setting("emailType")), ("phone", Phone, setting("phoneType")) })
        {
            if (fields.Find(field) is not { } value)
                continue;
            var first = FirstOf(ways.Select(way => JsonSerializer.SerializeToElement(way)), sort) is var (at, _) ? at : -1;
            switch (first, value.IsBlank)
            {
                case (-1, true): break;
                case (-1, false):
                    ways.Add(new JsonObject
                    {
                        ["type"] = new JsonObject { ["name"] = type },
                        ["value"] = value.ToString(),
                        ["defaultFlag"] = true,
                        ["communicationType"] = sort,
                    });
                    break;
                case (_, true): ways.RemoveAt(first); break;
                default: ways[first]!["value"] = value.ToString(); break;
            }
        }

        return ways;
    }

    /// <summary>A text as ConnectWise keeps it.</summary>
    public static string OneLine(string text) =>
        text.Replace("\r\n", " ", StringComparison.Ordinal).Replace('\r', ' ').Replace('\n', ' ').Replace('\t', ' ');

    /// <summary>The vendor's own number in an id, which may be that of a parent and a colon before it.</summary>
    public static string NumberOf(string id) => id[(id.LastIndexOf(':') + 1)..];

    /// <summary>Where fields stand, in conditions.</summary>
    public static string PathOf(string kind, string field) => (kind, field) switch
    {
        (Members, "email") => "officeEmail",
        _ => (Shapes[kind].Paths.GetValueOrDefault(field)?[0] ?? field).Replace('.', '/'),
    };

    private static JsonNode Number(JsonNode id)
    {
        var text = id.GetValueKind() == JsonValueKind.String ? NumberOf(id.GetValue<string>()) : id.ToJsonString();
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? JsonValue.Create(number) : JsonValue.Create(text);
    }

    private static Record Nested(Record record, string parent, string? sibling)
    {
        var fields = sibling is not null && record.Fields.Find(sibling) is FieldValue.Reference { RecordId: var other }
            ? record.Fields.With(sibling, new FieldValue.Reference($"{parent}:{other}"))
            : record.Fields;
        return record with { Id = $"{parent}:{record.Id}", Fields = fields };
    }

    /// <summary>A ticket names its phase by a number that is good within its project. That of its status is good everywhere.</summary>
    private static Record InProject(Record ticket) =>
        ticket.Fields.Find("phase") is FieldValue.Reference { RecordId: var phase } && ticket.Fields.Find("project") is FieldValue.Reference { RecordId: var project }
            ? ticket with { Fields = ticket.Fields.With("phase", new FieldValue.Reference($"{project}:{phase}")) }
            : ticket;

    private static FieldValue Way(JsonElement contact, string sort) =>
        contact.At(Items) is { ValueKind: JsonValueKind.Array } items && FirstOf(items.EnumerateArray(), sort) is var (_, way)
            ? FieldValue.Of(way.At("value").AsText($"a {sort} of a contact"))
            : FieldValue.None;

    private static (int At, JsonElement Way)? FirstOf(IEnumerable<JsonElement> ways, string sort)
    {
        var found = ways.Index()
            .Where(way => way.Item.At("communicationType").AsText("the sort of a way to reach a contact") == sort)
            .OrderByDescending(way => way.Item.At("defaultFlag").AsFlag("defaultFlag") == true)
            .Take(1).ToArray();
        return found is [var first] ? (first.Index, first.Item) : null;
    }

    private static FieldValue Address(JsonElement member) =>
        new[] { "officeEmail", "primaryEmail" }.Select(name => member.At(name).AsText(name)).FirstOrDefault(text => !string.IsNullOrEmpty(text)) is { } email
            ? new FieldValue.Text(email)
            : FieldValue.None;
}
