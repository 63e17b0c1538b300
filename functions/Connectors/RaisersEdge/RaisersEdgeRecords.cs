using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using SyncFunctions.Engine;
using static SyncFunctions.Connectors.RaisersEdge.RaisersEdgeCatalog;

namespace SyncFunctions.Connectors.RaisersEdge;

/// <summary>
/// A constituent in SKY's JSON: its primary e-mail address, phone and address are objects inside it when it is read, and rows of their own
/// when it is written. What it has none of is left out there; here it is null, since the vendor did say so.
/// </summary>
internal static class RaisersEdgeRecords
{
    /// <summary>A field of a part of the constituent, and the name it has there.</summary>
    private static readonly ImmutableDictionary<string, (RaisersEdgePart Part, string Name)> PartFields = new Dictionary<string, (RaisersEdgePart, string)>
    {
        ["email"] = (RaisersEdgePart.Email, "address"),
        ["do_not_email"] = (RaisersEdgePart.Email, "do_not_email"),
        ["phone"] = (RaisersEdgePart.Phone, "number"),
        ["do_not_call"] = (RaisersEdgePart.Phone, "do_not_call"),
        ["address_lines"] = (RaisersEdgePart.Address, "address_lines"),
        ["city"] = (RaisersEdgePart.Address, "city"),
        ["state"] = (RaisersEdgePart.Address, "state"),
        ["postal_code"] = (RaisersEdgePart.Address, "postal_code"),
        ["country"] = (RaisersEdgePart.Address, "country"),
        ["do_not_mail"] = (RaisersEdgePart.Address, "do_not_mail"),
    }.ToImmutableDictionary();

    private static readonly RecordShape Shape = new(Catalog.Kind(Constituents))
    {
        Created = ["date_added"],
        Modified = ["date_modified"],
        Label = [["name"], ["first", "last"]],
        IdsAreTexts = true,
        Paths = PartFields.ToImmutableDictionary(field => field.Key, field => new[] { $"{field.Value.Part.Name}.{field.Value.Name}" }).Add("birthdate", ["birthdate.text"]),
    };

    /// <param name="codes">Of the constituent, where they were read.</param>
    /// <param name="lists">The saved lists that hold it, where there are any to look at.</param>
    public static Record Read(JsonElement json, FieldValue.Set? codes, FieldValue.Set? lists)
    {
        var read = Shape.Read(json);
        var fields = Shape.Kind.Fields.Where(field => field.Name is not (Codes or "lists" or "prospect_status")).Aggregate(read.Fields, (all, field) => all.ContainsKey(field.Name)
            ? all
            : all.With(field.Name, field.Name is "inactive" or "deceased" ? FieldValue.Of(false) : FieldValue.None));
        fields = fields.With("birthdate", FieldValue.Of(FuzzyDate(json.At("birthdate"))));

        // What is out of use is none: neither is anything sent there.
        foreach (var (part, field) in new[] { (RaisersEdgePart.Email, "email"), (RaisersEdgePart.Phone, "phone") })
        {
            if (json.At(part.Name).At("inactive").AsFlag($"inactive of a {part.Name}") == true)
                fields = fields.With(field, FieldValue.None);
        }

        // An organisation has one name.
        if (IsOrganization(fields) && fields.Find("last") is FieldValue.Null)
            fields = fields.With("last", fields["name"]);
        if (codes is not null)
            fields = fields.With(Codes, codes);
        if (lists is not null)
            fields = fields.With("lists", lists);
        return read with { Fields = fields };
    }

    /// <summary>The id of the row behind a part; null where the constituent has none.</summary>
    public static string? RowOf(JsonElement constituent, RaisersEdgePart part) => constituent.At(part.Name).At("id").AsText($"the id of a {part.Name}") is { Length: > 0 } id ? id : null;

    /// <summary>The constituent's own fields, as they are written.</summary>
    public static VendorResult<JsonObject> Write(FieldSet fields, bool isOrganization)
    {
        var own = FieldSet.From(fields.Where(field => !PartFields.ContainsKey(field.Key) && field.Key is not (Codes or "birthdate")));
        if (!Shape.Write(own).TryGet(out var body, out var failure))
            return failure;
        if (fields.Find("birthdate") is { } birthdate)
        {
            if (!TryFuzzyDate(birthdate, out var date))
                return new VendorFailure(FailureKind.Permanent, "The birthdate is no year, month of a year, or day.");
            body["birthdate"] = date;
        }

        if (isOrganization && body.Remove("last", out var name))
            body["name"] = name;
        return body;
    }

    /// <summary>The fields of a part, as they are written; empty where none is.</summary>
    public static VendorResult<JsonObject> Write(RaisersEdgePart part, FieldSet fields)
    {
        var body = new JsonObject();
        foreach (var (field, (of, name)) in PartFields)
        {
            if (of != part || fields.Find(field) is not { } value)
                continue;
            if (!Shape.Write(FieldSet.Of((field, value))).TryGet(out var nested, out var failure))
                return failure;
            var node = nested[part.Name]![name]?.DeepClone();
            // A row has a text or none of it, and a flag that is on or off.
            body[name] = node ?? (name.StartsWith("do_not", StringComparison.Ordinal) ? JsonValue.Create(false) : JsonValue.Create(""));
        }

        return body;
    }

    public static bool IsOrganization(FieldSet fields) => fields.Find("type") is FieldValue.Text { Value: "Organization" };

    /// <summary>A date of which the month and the day may not be known.</summary>
    private static string? FuzzyDate(JsonElement json)
    {
        int? Part(string name) => json.At(name).AsCount($"{name} of a date") is > 0 and var number ? number : null;
        return (Part("y"), Part("m"), Part("d")) switch
        {
            ({ } year, { } month, { } day) => $"{year:0000}-{month:00}-{day:00}",
            ({ } year, { } month, null) => $"{year:0000}-{month:00}",
            ({ } year, _, _) => $"{year:0000}",
            _ => null,
        };
    }

    private static bool TryFuzzyDate(FieldValue value, out JsonObject? date)
    {
        date = null;
        if (value.IsBlank)
            return true;
        var parts = value.ToString()!.Split('-');
        string[] names = ["y", "m", "d"];
        int[] most = [9999, 12, 31];
        if (parts.Length > names.Length)
            return false;
        date = [];
        foreach (var (at, part) in parts.Index())
        {
            if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < 1 || number > most[at])
                return false;
            date[names[at]] = number;
        }

        return true;
    }
}
