using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using SyncFunctions.Engine;
using static SyncFunctions.Connectors.Mailchimp.MailchimpCatalog;

namespace SyncFunctions.Connectors.Mailchimp;

/// <summary>Members as JSON. Consent, tags and the archive have ways of their own and stand in no body that is written here.</summary>
internal static class MailchimpRecords
{
    private const string Address = "ADDRESS";
    private const string IsArchived = "archived";

    private static readonly string[] Apart = [Status, Archived, Tags];

    private static readonly RecordShape Shape = new(Catalog.Kind(Members) with { Fields = [.. Catalog.Kind(Members).Fields.Where(field => field.Name is not (Archived or Tags))] })
    {
        Created = ["timestamp_signup", "timestamp_opt"],
        Modified = ["last_changed"],
        Label = [["full_name"], [Email]],
    };

    /// <summary>The name of a member in addresses, by its e-mail address.</summary>
#pragma warning disable CA5351 // Mailchimp's choice; it is a name and no secret.
    public static string HashOf(string email) => Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(email.Trim().ToLowerInvariant())));
#pragma warning restore CA5351

    /// <param name="idField">The property that is its id.</param>
    public static Record Read(JsonElement json, string idField)
    {
        var member = Shape.Read(json);
        var id = json.At(idField).AsText("the id of a member") is { Length: > 0 } text ? text : throw new UnexpectedAnswerException($"a member has no {idField}.");
        var fields = member.Fields.With(Archived, FieldValue.Of(StatusOf(json) == IsArchived));
        // Those that are shown are not all: better none are told than that the others seem to be gone.
        if (!HasMoreTags(json))
            fields = fields.With(Tags, new FieldValue.Set(TagsOf(json)));
        // An address that is not there is an empty text in the place of its parts.
        if (json.At(Merge + Address) is { ValueKind: JsonValueKind.String })
            fields = fields.With(FieldSet.From(AddressParts.Select(part => KeyValuePair.Create($"{Merge}{Address}.{part}", FieldValue.Of("")))));
        return member with { Id = id, Fields = fields };
    }

    public static string StatusOf(JsonElement member) => member.At(Status).AsText("the status of a member") ?? "";

    public static IEnumerable<string> TagsOf(JsonElement member) => member.At(Tags) is { ValueKind: JsonValueKind.Array } tags
        ? tags.EnumerateArray().Select(tag => tag.At("name").AsText("a tag")).OfType<string>()
        : [];

    /// <summary>Of a member with very many tags only the first are shown with it.</summary>
    public static bool HasMoreTags(JsonElement member) =>
        member.At("tags_count").AsCount("the number of tags") is { } count && member.At(Tags) is { ValueKind: JsonValueKind.Array } tags && tags.GetArrayLength() < count;

    /// <summary>Whether a part of an address is among the fields: it is written with all the other parts.</summary>
    public static bool HasAddressPart(FieldSet fields) => fields.Keys.Any(name => name.StartsWith(Merge, StringComparison.Ordinal) && name.IndexOf('.', Merge.Length) > 0);

    /// <summary>The addresses among fields, as they stand in a member.</summary>
    public static JsonElement AddressesOf(FieldSet fields)
    {
        var addresses = new JsonObject();
        foreach (var (name, value) in fields)
        {
            if (name.StartsWith(Merge, StringComparison.Ordinal) && name[Merge.Length..].Split('.') is [var tag, var part] && !value.IsBlank)
                ((addresses[tag] ??= new JsonObject()) as JsonObject)![part] = value.ToString();
        }

        return JsonSerializer.SerializeToElement(addresses);
    }

    /// <summary>What fields say of a member, but for its status, tags and archive.</summary>
    /// <param name="fields">What is to be written.</param>
    /// <param name="present">The member's merge fields as they are; Undefined for a new one.</param>
    public static VendorResult<JsonObject> Write(FieldSet fields, JsonElement present)
    {
        foreach (var name in Apart)
            fields = fields.Without(name);
        if (!Shape.Write(fields).TryGet(out var body, out var failure))
            return failure;
        if (fields.Find(Email) is { IsBlank: true })
            return new VendorFailure(FailureKind.Permanent, $"A member of Mailchimp has an address: {Email} is blank.");
        if (body["vip"] is null && body.ContainsKey("vip"))
            body["vip"] = false;
        if (body["language"] is null && body.ContainsKey("language"))
            body["language"] = "";
        if (body["merge_fields"] is JsonObject merges)
        {
            foreach (var (tag, value) in merges.ToArray())
                merges[tag] = value is JsonObject parts ? Whole(parts, present.At(tag)) : Merged(value);
        }

        return body;
    }

    private static JsonNode Merged(JsonNode? value) => value switch
    {
        null => "",
        JsonValue one when one.TryGetValue<string>(out var text) && text.Length > MergeLength => text[..(char.IsHighSurrogate(text[MergeLength - 1]) ? MergeLength - 1 : MergeLength)],
        JsonValue one when one.TryGetValue<bool>(out var flag) => flag ? "true" : "false",
        _ => value.DeepClone(),
    };

    /// <summary>An address with the parts that it has besides those that change; an empty text where none is left.</summary>
    private static JsonNode Whole(JsonObject parts, JsonElement present)
    {
        var whole = new JsonObject(AddressParts.Select(part => KeyValuePair.Create(
            part,
            (JsonNode?)(parts.ContainsKey(part) ? parts[part]?.DeepClone() ?? "" : present.At(part).AsText("a part of an address") ?? ""))));
        return whole.All(part => part.Value!.ToString().Length == 0) ? "" : whole;
    }
}
