using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using static SyncFunctions.Connectors.ConnectWise.ConnectWiseCatalog;

namespace SyncFunctions.Connectors.ConnectWise;

/// <summary>What ConnectWise calls back with, and what it has to be told to do so.</summary>
internal static class ConnectWiseCallbacks
{
    /// <summary>It puts the record's id and what was done behind the address: this must be its end.</summary>
    private const string RecordParameter = "recordId=";

    private static readonly ImmutableDictionary<string, string> KindsByType = new Dictionary<string, string>
    {
        ["project"] = Projects,
        ["ticket"] = Tickets,
        ["schedule"] = ScheduleEntries,
        ["time"] = TimeEntries,
        ["company"] = Companies,
        ["contact"] = Contacts,
        ["member"] = Members,
    }.ToImmutableDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>It repeats what was answered with 404, 409, 419 or 429, but nothing that failed otherwise.</summary>
    public static readonly WebhookFormat Format = new()
    {
        Verify = IsSigned,
        PublishedKey = new PublishedKey(KeyAddress, ReadKey),
        Read = Read,
        SendAgain = 429,
    };

    /// <summary>The address to register for one of ours.</summary>
    public static string UrlOf(Uri address) => address.AbsoluteUri + (address.Query.Length > 0 ? "&" : "?") + RecordParameter;

    /// <summary>An address of this app, also an earlier one: the same but for the last part of its path, which is random.</summary>
    public static bool IsOurs(string? url, Uri address) =>
        Uri.TryCreate(url, UriKind.Absolute, out var other)
        && other.GetLeftPart(UriPartial.Authority) == address.GetLeftPart(UriPartial.Authority)
        && Folder(other) == Folder(address);

    public static JsonObject Body(string type, string url, string description, bool selfSuppress) => new()
    {
        ["description"] = description,
        ["url"] = url,
        // Level and object that stand for all records of a type.
        ["level"] = "owner",
        ["objectId"] = 1,
        ["type"] = type,
        ["inactiveFlag"] = false,
        ["isSelfSuppressedFlag"] = selfSuppress,
    };

    private static string Folder(Uri address) => string.Concat(address.Segments[..^1]);

    /// <summary>Base64 of an HMAC-SHA256 of the raw body, whose key is the SHA-256 of the published one.</summary>
    private static bool IsSigned(WebhookRequest request, string key, DateTimeOffset now) =>
        WebhookSignature.IsHmacSha256(request.Body.Span, SHA256.HashData(Encoding.UTF8.GetBytes(key)), request.Header("x-content-signature"));

    private static Uri? KeyAddress(WebhookRequest request, ImmutableDictionary<string, string> settings)
    {
        JsonElement body;
        try
        {
            body = JsonSerializer.Deserialize<JsonElement>(request.Body.Span);
        }
        catch (JsonException)
        {
            return null;
        }

        return body.At("Metadata.key_url") is { ValueKind: JsonValueKind.String } text && Uri.TryCreate(text.GetString(), UriKind.Absolute, out var address)
            && ConnectWiseHosts.IsOfVendor(address, settings) ? address : null;
    }

    private static string? ReadKey(string published)
    {
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(published).At("signing_key") is { ValueKind: JsonValueKind.String } key && key.GetString() is { Length: > 0 } text ? text : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static ImmutableArray<TouchedRecord>? Read(WebhookRequest request)
    {
        var body = JsonSerializer.Deserialize<JsonElement>(request.Body.Span);
        if (body.At("Type").AsText("Type") is not { } type || body.At("ID").AsText("ID") is not { Length: > 0 } id)
            return null;
        return KindsByType.GetValueOrDefault(type) is { } kind && Concerns(kind, EntityOf(body)) ? [new TouchedRecord(kind, id)] : [];
    }

    /// <summary>Service tickets, appointments and time on other things come under the same types. Where it does not say what it is, a look tells.</summary>
    private static bool Concerns(string kind, JsonElement entity) => kind switch
    {
        Tickets => entity.At("recordType").AsText("recordType") is not "ServiceTicket",
        ScheduleEntries => entity.At("type.identifier").AsText("type") is null or "S",
        TimeEntries => entity.At("chargeToType").AsText("chargeToType") is null or "ProjectTicket",
        _ => true,
    };

    /// <summary>The record comes as a text with JSON in it, or not at all.</summary>
    private static JsonElement EntityOf(JsonElement body)
    {
        var entity = body.At("Entity");
        return entity is { ValueKind: JsonValueKind.String } && entity.GetString() is { Length: > 0 } text ? JsonSerializer.Deserialize<JsonElement>(text) : entity;
    }
}
