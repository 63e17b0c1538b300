using System.Collections.Immutable;
using System.Text.Json;
using SyncFunctions.Engine;

namespace SyncFunctions.Connectors.IRaiser;

/// <summary>Somebody who gave, as what they gave tells of them.</summary>
/// <param name="Record">Under the lower-cased e-mail; without one under what they gave, which is all that is known to be theirs.</param>
/// <param name="Given">When they typed it in: the newest of what an e-mail has told counts.</param>
internal sealed record IRaiserDonor(Record Record, DateTimeOffset Given)
{
    /// <summary>Another name of a donor: what they gave.</summary>
    public static string NameOf(string kind, string id) => $"{Singular(kind)}:{id}";

    /// <summary>What a name of that form speaks of; null for an e-mail.</summary>
    public static (string Kind, string Id)? SourceOf(string name) =>
        name.Split(':') is [var singular, var id] && VendorCall.IsSegment(id) && IRaiserCatalog.Sources.FirstOrDefault(kind => Singular(kind) == singular) is { } kind
            ? (kind, id)
            : null;

    public static string IdOf(string kind, string id, JsonElement json) =>
        json.At("email").AsText("the e-mail of a donor")?.Trim() is { Length: > 0 } email ? email.ToLowerInvariant() : NameOf(kind, id);

    public static IRaiserDonor Read(string kind, JsonElement json)
    {
        var id = json.At("id").AsText($"the id of {kind}") is { Length: > 0 } text ? text : throw new UnexpectedAnswerException($"an item of {kind} has no id.");
        var address = json.At("address");
        string? Of(string name) => json.At(name).AsText(name) is { } value && value.Trim() is { Length: > 0 } trimmed ? trimmed : null;
        string? Part(params ReadOnlySpan<string> names)
        {
            foreach (var name in names)
            {
                if (address.ValueKind == JsonValueKind.Object && address.At(name).AsText(name)?.Trim() is { Length: > 0 } value)
                    return value;
            }

            return null;
        }

        var (first, last) = (Of("first_name"), Joined(Of("infix"), Of("last_name")));
        var fields = FieldSet.Of(
            ("email", FieldValue.Of(Of("email"))),
            ("first_name", FieldValue.Of(first)),
            ("last_name", FieldValue.Of(last)),
            ("phone", FieldValue.Of(Of("phone"))),
            ("street", FieldValue.Of(Joined(Part("street", "address"), Part("house_number"), Part("house_number_addition")))),
            ("city", FieldValue.Of(Part("city"))),
            ("zipcode", FieldValue.Of(Part("zipcode", "postal_code"))),
            ("country", FieldValue.Of(Part("country", "country_code"))),
            ("company", FieldValue.Of(Of("company"))),
            ("birthday", FieldValue.Of(json.At("birthday").AsDay("birthday"))),
            ("gender", FieldValue.Of(Of("gender"))),
            ("locale", FieldValue.Of(Of("locale"))),
            ("newsletter", FieldValue.Of(json.At("newsletter").AsFlag("newsletter"))));
        var created = json.At("created_at").AsTime($"the creation time of {kind} {id}", TimeZoneInfo.Utc);
        var donor = IdOf(kind, id, json);
        return new IRaiserDonor(
            new Record(donor, fields)
            {
                Modified = json.At("updated_at").AsTime($"the modified time of {kind} {id}", TimeZoneInfo.Utc) ?? created,
                Label = Joined(first, last) ?? Of("company") ?? donor,
            },
            created ?? DateTimeOffset.MinValue);
    }

    private static string Singular(string kind) => kind[..^1];

    private static string? Joined(params IEnumerable<string?> parts) => string.Join(' ', parts.OfType<string>()) is { Length: > 0 } text ? text : null;
}
