using System.Collections.Immutable;
using System.Text.Json;
using SyncFunctions.Engine;
using static SyncFunctions.Connectors.IRaiser.IRaiserCatalog;

namespace SyncFunctions.Connectors.IRaiser;

/// <summary>iRaiser's JSON: money is text, people are part of what they gave.</summary>
internal static class IRaiserRecords
{
    private static readonly ImmutableDictionary<string, RecordShape> Shapes = Sources.Select(name => new RecordShape(Catalog.Kind(name))
    {
        Created = ["created_at"],
        Modified = ["updated_at", "created_at"],
        Paths = new Dictionary<string, string[]>
        {
            ["amount"] = name == Donations ? ["donation_amount", "amount"] : ["total_amount", "amount", "donation_amount"],
            ["date"] = name == Memberships ? ["start_date", "created_at"] : ["created_at"],
            ["status"] = ["payment_status", "status", "state"],
            ["frequency"] = ["frequency_type", "frequency"],
        }.ToImmutableDictionary(),
        Label = [["first_name", "infix", "last_name", "amount", "currency"]],
    }).ToImmutableDictionary(shape => shape.Kind.Name);

    private static readonly string[] References =
        ["project_title", "project.title", "action_title", "action.title", "description", "project_id", "action_id", "segment_id", "donation_form_id"];

    public static Record Read(string kind, JsonElement json)
    {
        var record = Shapes[kind].Read(json);
        var number = record.Id;
        var reference = References.Select(path => json.At(path).AsText("what was given for")).FirstOrDefault(text => !string.IsNullOrWhiteSpace(text));
        return record with
        {
            Id = IdOf(kind, number),
            Fields = record.Fields
                .With("donor", new FieldValue.Reference(IRaiserDonor.IdOf(kind, number, json)))
                .With("reference", FieldValue.Of(reference)),
        };
    }

    /// <summary>iRaiser counts what was given kind by kind. Elsewhere all of it are gifts, so that a number alone would be another one's, too.</summary>
    public static string IdOf(string kind, string number) => PrefixOf(kind) + number;

    /// <summary>iRaiser's own number in an id.</summary>
    public static string NumberOf(string kind, string id) => PrefixOf(kind) is var prefix && id.StartsWith(prefix, StringComparison.Ordinal) ? id[prefix.Length..] : id;

    /// <summary>One record, in an envelope or alone.</summary>
    public static JsonElement Alone(string kind, JsonElement json) =>
        json.ValueKind == JsonValueKind.Object && json.At("id").IsMissing() && json.AtAny([.. EnvelopesOf(kind).Select(name => name[..^1]), "data"]) is { ValueKind: JsonValueKind.Object } inner
            ? inner
            : json;

    /// <summary>A page of a list.</summary>
    public static IRaiserList ReadList(string kind, VendorAnswer answer)
    {
        var json = answer.Json;
        var rows = json.ValueKind == JsonValueKind.Array ? json : json.AtAny([.. EnvelopesOf(kind), "data"]);
        if (rows.ValueKind != JsonValueKind.Array)
            throw new UnexpectedAnswerException($"it holds no list of {kind}.");
        var (page, pages) = (json.At("current_page").AsCount("current_page"), json.At("total_pages").AsCount("total_pages"));
        return new IRaiserList([.. rows.EnumerateArray()], pages is null || page is null ? null : page < pages, json.At("total_entries").AsCount("total_entries"), answer.VendorTime);
    }

    private static string PrefixOf(string kind) => kind switch
    {
        Memberships => "membership-",
        Purchases => "purchase-",
        _ => "",
    };

    private static string[] EnvelopesOf(string kind) => kind switch
    {
        Donations => ["donations"],
        Memberships => ["recurring_donors", "recurring-donors"],
        _ => ["orders"],
    };
}

/// <param name="SaysMore">Null where it does not say.</param>
internal sealed record IRaiserList(ImmutableArray<JsonElement> Rows, bool? SaysMore, int? Total, DateTimeOffset VendorTime);
