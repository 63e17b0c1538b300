using System.Collections.Immutable;
using System.Text.Json;
using SyncFunctions.Engine;
using static SyncFunctions.Connectors.TinyPlus.TinyPlusCatalog;

namespace SyncFunctions.Connectors.TinyPlus;

/// <summary>tiny+'s JSON: flat records, times without a zone.</summary>
internal static class TinyPlusRecords
{
    private static readonly ImmutableDictionary<string, RecordShape> Shapes = Catalog.Kinds.Select(kind => new RecordShape(kind)
    {
        Created = ["created_date"],
        Modified = ["modified_date"],
        Label = kind.Name is Projects or Progress ? [["number", "name"]] : [["name"], ["first_name", "last_name"]],
    }).ToImmutableDictionary(shape => shape.Kind.Name);

    public static RecordShape Shape(string kind, TimeZoneInfo zone) => Shapes[kind] with { Zone = zone };

    /// <summary>A bare array, or an envelope with the array in <c>data</c>.</summary>
    public static ImmutableArray<Record> ReadList(RecordShape shape, JsonElement json)
    {
        var items = json.ValueKind == JsonValueKind.Array ? json : json.AtAny("data", "items");
        return items.ValueKind == JsonValueKind.Array
            ? [.. items.EnumerateArray().Select(shape.Read)]
            : throw new UnexpectedAnswerException($"the list of {shape.Kind.Name} is neither an array nor an object with data.");
    }

    /// <summary>The user of a token and the account it is in. Who is not said to be no administrator is taken for one.</summary>
    public static VendorAccount ReadAccount(JsonElement json)
    {
        var user = RecordShape.Unwrap(json);
        if (user.ValueKind != JsonValueKind.Object)
            throw new UnexpectedAnswerException("the user of the token is no JSON object.");
        var account = user.AtAny("account.id", "account_id", "account.slug").AsText("the account")
            ?? throw new UnexpectedAnswerException("it does not say which account the token is for.");
        var first = user.At("first_name").AsText("first_name");
        var last = user.At("last_name").AsText("last_name");
        var isAdministrator = user.AtAny("account_admin", "is_admin", "admin").AsFlag("account_admin") ?? true;
        return new VendorAccount(
            account,
            user.AtAny("account.name", "account_name").AsText("the account's name") ?? account,
            user.At("id").AsText("the user's id"),
            user.At("name").AsText("the user's name") ?? $"{first} {last}".Trim(),
            user.AtAny("email_address", "email").AsText("the user's address"),
            isAdministrator ? null : TinyPlusFailures.AdministratorRight);
    }
}
