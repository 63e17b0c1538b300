using System.Collections.Immutable;
using System.Text.Json;

namespace SyncFunctions.Connectors.RaisersEdge;

/// <summary>
/// What Blackbaud tells by CloudEvents 1.0: that something happened to a record, and nothing of what it is now. Nothing is signed; what
/// proves an event is a secret in the query of the address.
/// </summary>
internal static class RaisersEdgeEvents
{
    /// <summary>The vendor names a few of its types and their pattern; these follow it.</summary>
    public const string KnownTypes =
        "com.blackbaud.constituent.add.v1 com.blackbaud.constituent.change.v1 com.blackbaud.constituent.delete.v1 "
        + "com.blackbaud.constituent.emailaddress.add.v1 com.blackbaud.constituent.emailaddress.change.v1 com.blackbaud.constituent.emailaddress.delete.v1 "
        + "com.blackbaud.constituent.phone.add.v1 com.blackbaud.constituent.phone.change.v1 com.blackbaud.constituent.phone.delete.v1 "
        + "com.blackbaud.constituent.address.add.v1 com.blackbaud.constituent.address.change.v1 com.blackbaud.constituent.address.delete.v1 "
        + "com.blackbaud.constituent.constituentcode.add.v1 com.blackbaud.constituent.constituentcode.change.v1 com.blackbaud.constituent.constituentcode.delete.v1 "
        + "com.blackbaud.gift.add.v1 com.blackbaud.gift.change.v1 com.blackbaud.gift.delete.v1";

    private const string SecretParameter = "webhookKey";

    /// <summary>Who delivers for the vendor: the only one that is told that it may.</summary>
    private const string Origin = "eventgrid.azure.net";

    /// <summary>Deliveries a minute.</summary>
    private const string Rate = "1000";

    public static readonly WebhookFormat Format = new()
    {
        Check = Check,
        Verify = (request, secret, _) => WebhookSignature.IsSecret(secret, request.Query.GetValueOrDefault(SecretParameter)),
        Read = Read,
    };

    /// <summary>The address to subscribe with.</summary>
    public static string UrlOf(Uri address, string secret) => $"{address.AbsoluteUri}?{SecretParameter}={secret}";

    /// <summary>Whether a subscription is for this address; the vendor does not show the query of its own.</summary>
    public static bool IsAt(string? url, Uri address) =>
        Uri.TryCreate(url, UriKind.Absolute, out var other) && other.GetLeftPart(UriPartial.Path).Equals(address.GetLeftPart(UriPartial.Path), StringComparison.OrdinalIgnoreCase);

    /// <summary>The handshake of CloudEvents' HTTP webhooks, 4.1 and 4.2.</summary>
    private static ImmutableDictionary<string, string>? Check(WebhookCheck check) =>
        check.Method == "OPTIONS" && Origin.Equals(check.Headers.GetValueOrDefault("WebHook-Request-Origin"), StringComparison.OrdinalIgnoreCase)
            ? ImmutableDictionary<string, string>.Empty.Add("WebHook-Allowed-Origin", Origin).Add("WebHook-Allowed-Rate", Rate).Add("Allow", "POST")
            : null;

    /// <summary>One event, or a batch of them.</summary>
    private static ImmutableArray<TouchedRecord>? Read(WebhookRequest request)
    {
        var body = JsonSerializer.Deserialize<JsonElement>(request.Body.Span);
        var events = body.ValueKind == JsonValueKind.Array ? body.EnumerateArray().ToArray() : [body];
        if (!Array.TrueForAll(events, one => one is { ValueKind: JsonValueKind.Object } && one.At("specversion") is { ValueKind: JsonValueKind.String } version && version.GetString() == "1.0"))
            return null;
        return [.. events.Select(Touched).OfType<TouchedRecord>().Distinct()];
    }

    /// <summary>Null for what is none of ours, and for a type that nobody has told of.</summary>
    private static TouchedRecord? Touched(JsonElement one) => (one.At("type") is { ValueKind: JsonValueKind.String } type ? type.GetString()!.Split('.') : []) switch
    {
        ["com", "blackbaud", "constituent", _, _] => Of(RaisersEdgeCatalog.Constituents, one.At("data.id")),
        ["com", "blackbaud", "constituent", ..] => Of(RaisersEdgeCatalog.Constituents, one.At("data.constituent_id")),
        ["com", "blackbaud", "gift", _, _] => Of(RaisersEdgeCatalog.Gifts, one.At("data.id")),
        _ => null,
    };

    private static TouchedRecord? Of(string kind, JsonElement id) => (id.ValueKind switch
    {
        JsonValueKind.String => id.GetString(),
        JsonValueKind.Number => id.GetRawText(),
        _ => null,
    }) is { Length: > 0 } text ? new TouchedRecord(kind, text) : null;
}
