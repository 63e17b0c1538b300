using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Web;
using static SyncFunctions.Connectors.IRaiser.IRaiserCatalog;

namespace SyncFunctions.Connectors.IRaiser;

/// <summary>What iRaiser calls with when something happened: no more than which record it was, as JSON or as a form. A person pastes the address there.</summary>
internal static class IRaiserEvents
{
    /// <summary>In the address that was pasted; iRaiser signs nothing.</summary>
    private const string SecretParameter = "key";

    private static readonly ImmutableDictionary<string, string> KindsByEvent = new Dictionary<string, string>
    {
        ["donations"] = Donations,
        ["manual_donations"] = Donations,
        ["recurring_donors"] = Memberships,
        ["orders"] = Purchases,
    }.ToImmutableDictionary();

    public static readonly WebhookFormat Format = new()
    {
        Verify = (request, key, _) => WebhookSignature.IsSecret(key, request.Query.GetValueOrDefault(SecretParameter)),
        MayBeUnsigned = true,
        Read = Read,
    };

    private static ImmutableArray<TouchedRecord>? Read(WebhookRequest request)
    {
        var (type, id) = request.Header("Content-Type")?.Contains("form", StringComparison.OrdinalIgnoreCase) == true ? ReadForm(request) : ReadJson(request);
        if (type is not { Length: > 0 } || id is not { Length: > 0 })
            return null;
        if (KindsByEvent.GetValueOrDefault(type.Split('.')[0]) is not { } kind || !VendorCall.IsSegment(id))
            return [];
        // Whoever gave is looked at first, so that the gift finds them.
        return [new TouchedRecord(Donors, IRaiserDonor.NameOf(kind, id)), new TouchedRecord(kind, IRaiserRecords.IdOf(kind, id))];
    }

    private static (string? Type, string? Id) ReadJson(WebhookRequest request)
    {
        var body = JsonSerializer.Deserialize<JsonElement>(request.Body.Span);
        return (body.At("event_type").AsText("event_type"), body.At("object_id").AsText("object_id"));
    }

    private static (string? Type, string? Id) ReadForm(WebhookRequest request)
    {
        var form = HttpUtility.ParseQueryString(Encoding.UTF8.GetString(request.Body.Span));
        return (form["event_type"], form["object_id"]);
    }
}
