using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using SyncFunctions.Engine;

namespace SyncFunctions.Connectors.Partner;

/// <summary>The contract's JSON: flat records whose version is a strong validator.</summary>
internal sealed class PartnerRecords(PartnerManifest manifest, SystemCatalog catalog)
{
    private readonly ImmutableDictionary<string, RecordShape> _shapes = manifest.Kinds.ToImmutableDictionary(kind => kind.Name, kind => new RecordShape(catalog.Kind(kind.Name))
    {
        Created = ["createdAt"],
        Modified = ["modifiedAt"],
        Label = [.. kind.Label.Select(names => names.ToArray())],
        IdsAreTexts = true,
    });

    public Record Read(string kind, JsonElement json)
    {
        var record = _shapes[kind].Read(json);
        return record with { Version = json.At("version").AsText($"the version of {kind} {record.Id}") };
    }

    public (ImmutableArray<Record> Records, string? Next) ReadPage(string kind, JsonElement json) =>
        json.At("items") is { ValueKind: JsonValueKind.Array } items
            ? ([.. items.EnumerateArray().Select(item => Read(kind, item))], json.At("next").AsText("the next cursor"))
            : throw new UnexpectedAnswerException($"the page of {kind} has no items.");

    /// <summary>The body of a write. What the manifest rules out is refused without a call.</summary>
    public VendorResult<JsonObject> Write(string kind, FieldSet fields)
    {
        foreach (var field in manifest.Kind(kind).Fields.Where(field => !field.Values.IsEmpty))
        {
            if (fields.Find(field.Name) is FieldValue.Text { Value: var text } && !field.Values.Contains(text))
                return new VendorFailure(FailureKind.Permanent, $"{field.Name} of {kind} in {manifest.DisplayName} is one of {string.Join(", ", field.Values)}.");
        }

        return _shapes[kind].Write(fields);
    }

    public static VendorAccount ReadAccount(JsonElement json)
    {
        var id = json.At("id").AsText("the id of the account") ?? throw new UnexpectedAnswerException("the account has no id.");
        var rights = json.At("rights") is { ValueKind: JsonValueKind.Array } list
            ? list.EnumerateArray().Select(right => right.AsText("a right")).ToArray()
            : throw new UnexpectedAnswerException("the account names no rights.");
        return new VendorAccount(
            id,
            json.At("name").AsText("the name of the account") ?? id,
            json.At("user.id").AsText("the id of the user"),
            json.At("user.name").AsText("the name of the user"),
            json.At("user.email").AsText("the address of the user"),
            PartnerFailures.Rights.FirstOrDefault(right => !rights.Contains(right)));
    }
}
