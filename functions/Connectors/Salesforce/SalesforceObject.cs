using System.Collections.Immutable;
using System.Text.Json;
using SyncFunctions.Engine;

namespace SyncFunctions.Connectors.Salesforce;

/// <summary>
/// A kind as one org has it, for the person who signed in: fields differ by what was installed, made, and may be seen. Whatever is
/// not there is left out of queries, which would fail as a whole otherwise.
/// </summary>
internal sealed record SalesforceObject(string Name, RecordShape Shape)
{
    /// <summary>What a query may be long: an address of 16,000 characters is the most that Salesforce takes.</summary>
    private const int MaxNames = 6000;

    /// <summary>By our names: whether a new record may have a value, and an old one another.</summary>
    public required ImmutableDictionary<string, (bool Create, bool Update)> Rights { get; init; }

    public required bool CanCreate { get; init; }

    public required bool CanUpdate { get; init; }

    /// <summary>What a query asks for.</summary>
    public required ImmutableArray<string> Selected { get; init; }

    public SystemKind Kind => Shape.Kind;

    /// <summary>Null where the org has no such field, or the setting that names it is blank.</summary>
    public string? PathOf(string field) => Kind.Field(field) is null ? null : Shape.Paths.GetValueOrDefault(field)?[0] ?? field;

    public static SalesforceObject Read(SystemKind kind, JsonElement json, ImmutableDictionary<string, string> settings)
    {
        var described = json.At("fields") is { ValueKind: JsonValueKind.Array } list
            ? list.EnumerateArray().Select(DescribedField.Read).DistinctBy(field => field.Name).ToDictionary(field => field.Name)
            : throw new UnexpectedAnswerException($"it describes no fields of {kind.Name}.");
        var paths = kind.Fields.ToDictionary(field => field.Name, field => PathOf(field.Name, settings));
        var known = kind.Fields.Where(field => described.ContainsKey(paths[field.Name])).ToArray();
        var room = MaxNames;
        var own = described.Values
            .Where(field => field.Type is not null && !paths.ContainsValue(field.Name) && kind.Further.Any(further => further.Find(field.Name, field.Type.Value) is not null))
            // What a package brought has a prefix of its own: the org's own fields first.
            .OrderBy(field => field.Name.Split("__").Length)
            .TakeWhile(field => (room -= field.Name.Length + 3) > 0)
            .Select(field => new SystemField(field.Name, field.Type!.Value, field.Create || field.Update, field.Length))
            .ToArray();
        var fields = known.Concat(own).ToImmutableArray();
        var pathOf = fields.ToDictionary(field => field.Name, field => paths.GetValueOrDefault(field.Name) ?? field.Name);
        var shape = new RecordShape(kind with { Fields = fields, Further = [] })
        {
            Paths = pathOf.Where(path => path.Key != path.Value).ToImmutableDictionary(path => path.Key, path => new[] { path.Value }),
            Created = ["CreatedDate"],
            Modified = ["LastModifiedDate", "SystemModstamp"],
            IdsAreTexts = true,
            Label = kind.Name == SalesforceCatalog.Contacts ? [["FirstName", "LastName"], ["Email"]] : [["Name"]],
        };
        return new SalesforceObject(SalesforceCatalog.ObjectOf(kind.Name), shape)
        {
            Rights = fields.ToImmutableDictionary(field => field.Name, field => (described[pathOf[field.Name]].Create, described[pathOf[field.Name]].Update)),
            CanCreate = json.At("createable").AsFlag("createable") != false,
            CanUpdate = json.At("updateable").AsFlag("updateable") != false,
            Selected = [.. new[] { "Id", "CreatedDate", "LastModifiedDate", "SystemModstamp", "IsDeleted" }
                .Concat(described.ContainsKey("MasterRecordId") ? ["MasterRecordId"] : [])
                .Concat(pathOf.Values).Distinct()],
        };
    }

    /// <summary>The API name of a field; blank where a setting says that there is none.</summary>
    private static string PathOf(string field, ImmutableDictionary<string, string> settings) =>
        SalesforceCatalog.SettingsOfFields.GetValueOrDefault(field) is { } setting ? SalesforceCatalog.Catalog.Setting(settings, setting) : field;

    private sealed record DescribedField(string Name, SystemFieldType? Type, int? Length, bool Create, bool Update)
    {
        public static DescribedField Read(JsonElement json) => new(
            json.At("name").AsText("the name of a field") ?? throw new UnexpectedAnswerException("a field has no name."),
            TypeOf(json.At("type").AsText("the type of a field")),
            json.At("length").AsCount("the length of a field") is > 0 and var length ? length : null,
            json.At("createable").AsFlag("createable") == true,
            json.At("updateable").AsFlag("updateable") == true);

        /// <summary>Null for what is no value of its own, such as an address or a file.</summary>
        private static SystemFieldType? TypeOf(string? type) => type switch
        {
            "boolean" => SystemFieldType.Flag,
            "currency" or "double" or "int" or "long" or "percent" => SystemFieldType.Number,
            "date" => SystemFieldType.Day,
            "datetime" => SystemFieldType.Time,
            "multipicklist" => SystemFieldType.Set,
            "string" or "email" or "phone" or "url" or "picklist" or "combobox" or "textarea" or "id" or "reference" => SystemFieldType.Text,
            _ => null,
        };
    }
}
