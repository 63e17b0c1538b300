using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using static SyncFunctions.Connectors.RaisersEdge.RaisersEdgeApi;

namespace SyncFunctions.Connectors.RaisersEdge;

/// <summary>The subscriptions of one connection at Blackbaud: one for each type of event, all to one address with one secret in its query.</summary>
internal sealed class RaisersEdgeSubscriptions(RaisersEdgeApi api, ConnectionScope connection)
{
    private const string Path = "webhook/v1/subscriptions";
    private const int SecretBytes = 32;

    public async Task<VendorResult<WebhookRegistration>> RegisterAsync(Uri address, WebhookRegistration? before, CancellationToken cancellation)
    {
        var listed = await api.SendAsync(connection, Call(connection, HttpMethod.Get, Path), answer => ReadAll(answer.Json), cancellation);
        if (!listed.TryGet(out var all, out var failure))
            return failure;

        // Ours are those that were made for us, and whatever else calls this address: that was told a secret which never reached us.
        var ours = all.Where(one => before?.Ids.Contains(one.Id) == true || RaisersEdgeEvents.IsAt(one.Url, address)).ToList();
        var secret = before?.Secret ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes));
        var (kept, mended) = (new List<string>(), new List<string>());
        VendorFailure? refused = null;
        foreach (var type in Setting(connection, "eventTypes").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (before?.Secret is not null && ours.Find(one => one.Type == type && before.Ids.Contains(one.Id) && RaisersEdgeEvents.IsAt(one.Url, address)) is { HasFailed: false } there)
            {
                ours.Remove(there);
                kept.Add(there.Id);
                continue;
            }

            var call = Call(connection, HttpMethod.Post, Path) with
            {
                Json = new JsonObject { ["webhook_url"] = RaisersEdgeEvents.UrlOf(address, secret), ["event_type"] = type },
                Repeat = Repeat.Once,
                SentFields = [],
            };
            var made = await api.SendAsync(connection, call, answer => answer.Json.At("id").AsText("the id of a subscription"), cancellation);
            if (made.Value is { } id)
            {
                kept.Add(id);
                if (before is not null)
                    mended.Add(type);
            }
            else if (made.Failure is { Kind: FailureKind.Permanent or FailureKind.Conflict } unknown)
            {
                // A type that this vendor does not have: polls find what it would have told.
                refused = unknown;
            }
            else if (made.Failure is { } other)
            {
                return other;
            }
        }

        if (kept.Count == 0 && refused is not null)
            return refused;
        return (await RemoveAsync([.. ours.Select(one => one.Id)], cancellation)).Failure is { } left
            ? left
            : new WebhookRegistration([.. kept], secret) { Mended = mended.Count > 0 ? $"Subscriptions that Raiser's Edge NXT had lost, or could not deliver to: {string.Join(", ", mended)}." : null };
    }

    public async Task<VendorResult<bool>> RemoveAsync(ImmutableArray<string> ids, CancellationToken cancellation)
    {
        foreach (var id in ids.Where(VendorCall.IsSegment))
        {
            var removed = await api.SendAsync(connection, Call(connection, HttpMethod.Delete, $"{Path}/{id}") with { IsRecord = true }, _ => true, cancellation);
            if (removed.Failure is { Kind: not FailureKind.NotFound } failure)
                return failure;
        }

        return true;
    }

    /// <summary>A list in an envelope, or a bare one.</summary>
    private static ImmutableArray<Subscription> ReadAll(JsonElement json) => (json.ValueKind == JsonValueKind.Array ? json : json.AtAny("value", "subscriptions")) is { ValueKind: JsonValueKind.Array } rows
        ? [.. rows.EnumerateArray().Select(Read)]
        : throw new UnexpectedAnswerException("the subscriptions are no list.");

    private static Subscription Read(JsonElement json) => new(
        json.At("id").AsText("the id of a subscription") ?? throw new UnexpectedAnswerException("a subscription has no id."),
        json.At("event_type").AsText("the type of a subscription") ?? "",
        json.At("webhook_url").AsText("the address of a subscription"),
        json.At("provisioning_status").AsText("the status of a subscription") == "Error");

    private sealed record Subscription(string Id, string Type, string? Url, bool HasFailed);
}
