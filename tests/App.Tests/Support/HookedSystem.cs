using System.Collections.Immutable;
using System.Text.Json;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using Record = SyncFunctions.Engine.Record;

namespace SyncFunctions.App.Tests;

/// <summary>A system with webhooks: a JSON list of kinds and ids, signed in a header.</summary>
internal class HookedSystem(IConnector inner, WebhookFormat? format = null) : IConnector
{
    public const string Signature = "x-signature";
    public const string KeyAddress = "x-key-address";
    public const int MaxBytes = 10_000;
    public const int SendAgain = 504;

    public static readonly WebhookFormat Format = new()
    {
        Verify = (request, secret, _) => WebhookSignature.IsHmacSha256(request.Body.Span, secret, request.Header(Signature)),
        Read = Touched,
        MaxBytes = MaxBytes,
        Accepted = 202,
        SendAgain = SendAgain,
    };

    /// <summary>Signed with a key that is published where another header says.</summary>
    public static readonly WebhookFormat Published = Format with
    {
        PublishedKey = new PublishedKey(
            (request, _) => Uri.TryCreate(request.Header(KeyAddress), UriKind.Absolute, out var address) && address.Host == PublishedKeyServer.Host ? address : null,
            published => JsonDocument.Parse(published).RootElement.GetProperty("key").GetString()),
    };

    public SystemCatalog Catalog { get; } = inner.Catalog with { Webhooks = format ?? Format };

    public Task<VendorResult<VendorAccount>> IdentifyAsync(ConnectionScope connection, CancellationToken cancellation) => inner.IdentifyAsync(connection, cancellation);

    public Task<VendorResult<VendorPage>> ListAsync(ConnectionScope connection, string kind, ListRequest request, CancellationToken cancellation) => inner.ListAsync(connection, kind, request, cancellation);

    public Task<VendorResult<Record>> GetAsync(ConnectionScope connection, string kind, string id, CancellationToken cancellation, Record? parent = null) => inner.GetAsync(connection, kind, id, cancellation, parent);

    public Task<VendorResult<Record>> CreateAsync(ConnectionScope connection, string kind, FieldSet fields, CancellationToken cancellation, string? idempotencyKey = null) => inner.CreateAsync(connection, kind, fields, cancellation, idempotencyKey);

    public Task<VendorResult<Record>> UpdateAsync(ConnectionScope connection, string kind, string id, FieldSet fields, CancellationToken cancellation, string? ifMatch = null) => inner.UpdateAsync(connection, kind, id, fields, cancellation, ifMatch);

    public Task<VendorResult<bool>> DeleteAsync(ConnectionScope connection, string kind, string id, CancellationToken cancellation) => inner.DeleteAsync(connection, kind, id, cancellation);

    public Uri AuthorizeAddress(OAuthRequest request) => inner.AuthorizeAddress(request);

    public Task<VendorResult<Credentials>> RedeemAsync(OAuthRequest request, OAuthAnswer answer, CancellationToken cancellation) => inner.RedeemAsync(request, answer, cancellation);

    public Task<VendorResult<Credentials>> RefreshAsync(ConnectionScope connection, Credentials old, CancellationToken cancellation) => inner.RefreshAsync(connection, old, cancellation);

    private static ImmutableArray<TouchedRecord>? Touched(WebhookRequest request)
    {
        using var json = JsonDocument.Parse(request.Body);
        return [.. json.RootElement.EnumerateArray().Select(item => new TouchedRecord(item.GetProperty("kind").GetString()!, item.GetProperty("id").GetString()!))];
    }
}
