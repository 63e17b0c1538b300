using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SyncFunctions.Connectors.Mailchimp;

/// <summary>The webhook of one connection at an audience. Its secret is told once, when it is made.</summary>
internal sealed class MailchimpRegistrations(MailchimpGate gate, ConnectionScope connection, string audience)
{
    private static readonly string[] Events = ["subscribe", "unsubscribe", "profile", "cleaned", "upemail", "campaign"];
    private static readonly string[] Sources = ["user", "admin", "api"];

    public async Task<VendorResult<WebhookRegistration>> RegisterAsync(Uri address, WebhookRegistration? before, CancellationToken cancellation)
    {
        var listed = await gate.SendAsync(connection, new VendorCall(HttpMethod.Get, "", $"{audience}/webhooks"), answer => ReadAll(answer.Json), cancellation);
        if (!listed.TryGet(out var webhooks, out var failure))
            return failure;
        Webhook[] ours = [.. webhooks.Where(webhook => webhook.Address == address.AbsoluteUri || before?.Ids.Contains(webhook.Id) == true)];
        // One that is signed with a secret which never reached us is as good as none.
        var kept = ours.FirstOrDefault(webhook => webhook.Address == address.AbsoluteUri && (before is null ? !webhook.IsSigned : before.Ids.Contains(webhook.Id) && webhook.IsSigned == before.Secret is not null));
        if (!(await KeptAsync(kept, address, before, cancellation)).TryGet(out var registration, out failure))
            return failure;
        return (await RemoveAsync([.. ours.Select(webhook => webhook.Id).Except(registration.Ids)], cancellation)).Failure is { } left ? left : registration;
    }

    public async Task<VendorResult<bool>> RemoveAsync(ImmutableArray<string> ids, CancellationToken cancellation)
    {
        foreach (var id in ids.Where(VendorCall.IsSegment))
        {
            var removed = await gate.SendAsync(connection, new VendorCall(HttpMethod.Delete, "", $"{audience}/webhooks/{id}") { IsRecord = true }, _ => true, cancellation);
            if (removed.Failure is { Kind: not FailureKind.NotFound } failure)
                return failure;
        }

        return true;
    }

    private async Task<VendorResult<WebhookRegistration>> KeptAsync(Webhook? kept, Uri address, WebhookRegistration? before, CancellationToken cancellation)
    {
        if (kept is null)
            return await MakeAsync(address, isMended: before is not null, cancellation);
        if (!kept.IsSigned && Setting("requireSignature") == "true")
            return await MakeAsync(address, isMended: false, cancellation);
        var registration = new WebhookRegistration([kept.Id], before?.Secret);
        if (Same(kept.Events, Wanted(Events)) && Same(kept.Sources, Wanted(Sources)))
            return registration;
        var change = new VendorCall(HttpMethod.Patch, "", $"{audience}/webhooks/{kept.Id}") { Json = new JsonObject { ["events"] = Flags(Events), ["sources"] = Flags(Sources) } };
        var changed = await gate.SendAsync(connection, change, _ => true, cancellation);
        return changed.Failure is { } failure ? failure : registration with { Mended = before is null ? null : "Its events were others than those that are needed." };
    }

    private async Task<VendorResult<WebhookRegistration>> MakeAsync(Uri address, bool isMended, CancellationToken cancellation)
    {
        var call = new VendorCall(HttpMethod.Post, "", $"{audience}/webhooks")
        {
            Json = new JsonObject { ["url"] = address.AbsoluteUri, ["events"] = Flags(Events), ["sources"] = Flags(Sources), ["signing_enabled"] = true },
            // A second one for a lost answer is found by its address the next time, and taken away.
            Repeat = Repeat.Once,
        };
        if (!(await gate.SendAsync(connection, call, answer => Read(answer.Json), cancellation)).TryGet(out var made, out var failure))
            return failure;
        if (made.Secret is null && Setting("requireSignature") == "true")
        {
            await RemoveAsync([made.Id], cancellation);
            return new VendorFailure(FailureKind.Misconfigured, "Mailchimp does not sign the webhooks of this account, and the settings ask for signatures.");
        }

        return new WebhookRegistration([made.Id], made.Secret) { Mended = isMended ? "The webhook was no longer registered." : null };
    }

    private static bool Same(JsonElement flags, ImmutableHashSet<string> wanted) =>
        flags.ValueKind == JsonValueKind.Object && wanted.SetEquals(flags.EnumerateObject().Where(flag => flag.Value.ValueKind == JsonValueKind.True).Select(flag => flag.Name));

    private JsonObject Flags(string[] names)
    {
        var wanted = Wanted(names);
        return new JsonObject(names.Select(name => KeyValuePair.Create(name, (JsonNode?)JsonValue.Create(wanted.Contains(name)))));
    }

    /// <summary>Without what the API does, this app among it, unless that is asked for.</summary>
    private ImmutableHashSet<string> Wanted(string[] names) => names == Sources
        ? [.. names.Where(name => name != "api" || Setting("webhookApiSource") == "true")]
        : [.. names.Intersect(Setting("webhookEvents").Split(' ', StringSplitOptions.RemoveEmptyEntries))];

    private static ImmutableArray<Webhook> ReadAll(JsonElement json) => json.At("webhooks") is { ValueKind: JsonValueKind.Array } webhooks
        ? [.. webhooks.EnumerateArray().Select(Read)]
        : throw new UnexpectedAnswerException("the list of webhooks is no array.");

    private static Webhook Read(JsonElement json) => new(
        json.At("id").AsText("the id of a webhook") ?? throw new UnexpectedAnswerException("a webhook has no id."),
        json.At("url").AsText("the address of a webhook") ?? "",
        json.At("signing_enabled").AsFlag("signing_enabled") == true,
        json.At("events"),
        json.At("sources"),
        json.At("signing_secret").AsText("the secret of a webhook") is { Length: > 0 } secret ? secret : null);

    private string Setting(string name) => MailchimpCatalog.Catalog.Setting(connection.Settings, name);

    /// <param name="Secret">Only where it was made just now.</param>
    private sealed record Webhook(string Id, string Address, bool IsSigned, JsonElement Events, JsonElement Sources, string? Secret)
    {
        /// <summary>No secret in a log.</summary>
        public override string ToString() => Id;
    }
}
