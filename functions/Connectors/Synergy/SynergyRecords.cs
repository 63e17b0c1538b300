using System.Collections.Immutable;
using System.Text.Json;
using SyncFunctions.Engine;
using static SyncFunctions.Connectors.Synergy.SynergyCatalog;

namespace SyncFunctions.Connectors.Synergy;

/// <summary>Total Synergy's JSON. Names differ between its documents and what its API was seen to send: both are read.</summary>
internal static class SynergyRecords
{
    private static readonly string[] CreatedNames = ["createdDate"];

    // "udpatedDate" is how the vendor's own sample of staff spells it.
    private static readonly string[] ModifiedNames = ["updatedDate", "udpatedDate"];

    private static readonly ImmutableArray<string[]> PersonLabel = [["name"], ["firstName", "lastName"]];

    private static readonly ImmutableDictionary<string, string[]> ContactPaths = new Dictionary<string, string[]>
    {
        ["phone"] = ["phones.phone", "phone"],
        ["mobile"] = ["phones.mobile", "mobile"],
        ["address1"] = ["address.address1", "address1"],
        ["address2"] = ["address.address2", "address2"],
        ["town"] = ["address.town", "town"],
        ["state"] = ["address.state", "state"],
        ["zipCode"] = ["address.zipCode", "zipCode"],
        ["country"] = ["address.country", "country"],
        ["companyId"] = ["companyId", "company"],
    }.ToImmutableDictionary();

    private static readonly ImmutableDictionary<string, RecordShape> Shapes = new[]
    {
        new RecordShape(Catalog.Kind(Projects))
        {
            Created = CreatedNames,
            Modified = ModifiedNames,
            Paths = new Dictionary<string, string[]>
            {
                ["number"] = ["number", "projectNumber"],
                ["statusName"] = ["statusName", "status"],
            }.ToImmutableDictionary(),
            Label = [["number", "name"]],
        },
        new RecordShape(Catalog.Kind(Companies)) { Created = CreatedNames, Modified = ModifiedNames, Paths = ContactPaths },
        new RecordShape(Catalog.Kind(Personnel)) { Created = CreatedNames, Modified = ModifiedNames, Paths = ContactPaths, Label = PersonLabel },
        new RecordShape(Catalog.Kind(Staff)) { Created = CreatedNames, Modified = ModifiedNames, Label = PersonLabel },
        new RecordShape(Catalog.Kind(Stages))
        {
            Created = CreatedNames,
            Modified = ModifiedNames,
            Paths = new Dictionary<string, string[]> { ["status"] = ["status", "statusName"] }.ToImmutableDictionary(),
        },
        new RecordShape(Catalog.Kind(Statuses)) { Created = CreatedNames, Modified = ModifiedNames },
    }.ToImmutableDictionary(shape => shape.Kind.Name);

    public static RecordShape Shape(string kind) => Shapes[kind];

    /// <summary>A stage's id is good within its project only: the vendor lists stages by project and gives none alone.</summary>
    public static Record Stage(string projectId, JsonElement json)
    {
        var stage = Shape(Stages).Read(json);
        return stage with { Id = $"{projectId}:{stage.Id}" };
    }

    public static Record ProgressOf(Record project, IEnumerable<Record> stages) => new(project.Id, FieldSet.From(
        new[]
        {
            KeyValuePair.Create("statusName", project.Fields.Find("statusName")),
            KeyValuePair.Create("stages", (FieldValue?)new FieldValue.Set(stages.Select(Line))),
        }.Where(field => field.Value is not null).Select(field => KeyValuePair.Create(field.Key, field.Value!))))
    {
        Created = project.Created,
        Modified = project.Modified,
        Label = project.Label,
    };

    private static string Line(Record stage) => $"{stage.Fields.Find("name")}: {stage.Fields.Find("status")}";
}

/// <summary>A project status, and the status type that lists of projects can be narrowed to.</summary>
internal sealed record SynergyStatus(string Id, string Name, string? TypeId, bool IsActive)
{
    public static SynergyStatus Read(JsonElement json) => new(
        json.At("id").AsText("the id of a status") ?? throw new UnexpectedAnswerException("a status has no id."),
        json.AtAny("name", "statusName").AsText("the name of a status") ?? "",
        json.AtAny("statusTypeId", "typeId").AsText("the type of a status"),
        json.At("isActive").AsFlag("isActive of a status") ?? true);
}

/// <summary>One page of a list: an envelope, or a bare array that says nothing about itself.</summary>
/// <param name="SaysMore">Whether the vendor says that there are more pages; null where it does not say.</param>
internal sealed record SynergyList(ImmutableArray<Record> Records, bool? SaysMore, int? Total)
{
    public required DateTimeOffset VendorTime { get; init; }

    public static SynergyList Read(string kind, VendorAnswer answer, int firstPage, Func<JsonElement, Record> read)
    {
        var json = answer.Json;
        var records = Items(kind, json).Select(read).ToImmutableArray();
        if (json.ValueKind == JsonValueKind.Array)
            return new SynergyList(records, null, null) { VendorTime = answer.VendorTime };
        var hasNext = json.At("hasNext").AsFlag("hasNext");
        var total = json.At("totalItems").AsCount("totalItems");
        // Two sayings of one thing: a page too many costs a call, one too few loses records.
        return new SynergyList(records, hasNext == true ? true : SaysByCount(json, firstPage, total) ?? hasNext, total) { VendorTime = answer.VendorTime };
    }

    private static bool? SaysByCount(JsonElement json, int firstPage, int? total)
    {
        if (json.At("currentPage").AsCount("currentPage") is not { } page)
            return null;
        var pages = json.At("totalPages").AsCount("totalPages")
            ?? (json.At("pageSize").AsCount("pageSize") is { } size and > 0 && total is { } items ? (items + size - 1) / size : null);
        return page - firstPage + 1 < pages;
    }

    public static IEnumerable<JsonElement> Items(string kind, JsonElement json)
    {
        var items = json.ValueKind == JsonValueKind.Array ? json : json.AtAny("items", "data");
        return items.ValueKind == JsonValueKind.Array
            ? items.EnumerateArray()
            : throw new UnexpectedAnswerException($"the list of {kind} is neither an array nor an object with items.");
    }
}

/// <summary>An organisation that the credentials may see.</summary>
internal sealed record SynergyOrganisation(string Slug, string Name)
{
    public static ImmutableArray<SynergyOrganisation> ReadAll(JsonElement json)
    {
        var items = json.ValueKind == JsonValueKind.Object && json.AtAny("items", "data").ValueKind != JsonValueKind.Array
            ? [json]
            : SynergyList.Items("organisations", json);
        return [.. items.Select(Read)];
    }

    private static SynergyOrganisation Read(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.String)
            return new SynergyOrganisation(json.GetString()!, json.GetString()!);
        var slug = json.AtAny("slug", "shortName", "organisationSlug").AsText("the short name of an organisation") is { Length: > 0 } text
            ? text
            : throw new UnexpectedAnswerException("an organisation has no short name.");
        return new SynergyOrganisation(slug, json.AtAny("name", "organisationName").AsText("the name of an organisation") ?? slug);
    }
}
