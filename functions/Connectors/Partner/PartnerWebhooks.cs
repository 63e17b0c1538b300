using System.Collections.Immutable;
using System.Text.Json;

namespace SyncFunctions.Connectors.Partner;

/// <summary>What the contract says of webhooks: signed by Standard Webhooks, one record each.</summary>
internal static class PartnerWebhooks
{
    public static WebhookFormat Format(PartnerManifest manifest) => new()
    {
        Verify = StandardWebhooks.Verify,
        Read = request => Read(manifest, request),
    };

    public static ImmutableArray<PartnerEndpoint> ReadEndpoints(JsonElement json) => json.At("items") is { ValueKind: JsonValueKind.Array } items
        ? [.. items.EnumerateArray().Select(ReadEndpoint)]
        : throw new UnexpectedAnswerException("the list of webhook endpoints has no items.");

    public static PartnerEndpoint ReadEndpoint(JsonElement json) => new(
        json.At("id").AsText("the id of a webhook endpoint") ?? throw new UnexpectedAnswerException("a webhook endpoint has no id."),
        json.At("url").AsText("the address of a webhook endpoint") ?? "",
        json.At("label").AsText("the label of a webhook endpoint"),
        json.At("enabled").AsFlag("enabled of a webhook endpoint") ?? true,
        json.At("secret").AsText("the secret of a webhook endpoint"));

    /// <summary>Kinds that the manifest does not have are told of, too: they are none of ours.</summary>
    private static ImmutableArray<TouchedRecord>? Read(PartnerManifest manifest, WebhookRequest request)
    {
        using var document = JsonDocument.Parse(request.Body);
        if (document.RootElement.At("data.kind").AsText("the kind") is not { } kind || document.RootElement.At("data.id").AsText("the id") is not { } id)
            return null;
        return manifest.Kinds.Any(known => known.Name == kind) ? [new TouchedRecord(kind, id)] : [];
    }
}

/// <param name="Label">By which the app knows its own.</param>
/// <param name="Secret">Only where it was made just now.</param>
internal sealed record PartnerEndpoint(string Id, string Address, string? Label, bool Enabled, string? Secret)
{
    /// <summary>No secret in a log.</summary>
    public override string ToString() => Id;
}
