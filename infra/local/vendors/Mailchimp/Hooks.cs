using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SyncFunctions.Vendors.Mailchimp;

/// <summary>Tells addresses of what happens in an audience: as forms, signed where that was asked for, for a bit more than an hour.</summary>
internal static class Hooks
{
    private const string Manage = "manage contacts";

    private static readonly string[] Events = ["subscribe", "unsubscribe", "profile", "cleaned", "upemail", "campaign"];
    private static readonly string[] Sources = ["user", "admin", "api"];

    /// <summary>What nobody is told of.</summary>
    private static readonly string[] Silent = ["tags", "last_note", "hash", "source", "unsubscribe_reason", "status", "archived", "email_address"];

    private static readonly HttpClient Http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { Timeout = TimeSpan.FromSeconds(10) };

    public static readonly SimWebhookRules Rules = new()
    {
        Tell = Tell,
        Headers = (delivery, now) => SecretOf(delivery) is { } secret && now.ToUnixTimeSeconds() is var at
            ? [("X-Mailchimp-Signature", $"t={at},v1={Sign(secret, at, delivery.Body.Span)}")]
            : [],
        Retry = (status, attempts) => status == 410 || attempts > 6 ? null : TimeSpan.FromMinutes(0.6 * Math.Pow(2, attempts)),
        Timeout = TimeSpan.FromSeconds(10),
        Ended = End,
    };

    public static void Map(RouteGroupBuilder api, SimSystem system)
    {
        var kind = system.Kind(Kinds.Webhooks)!;
        api.MapGet("lists/{list}/webhooks", (HttpContext http, string list) => Api.In(http, list, (account, found) => SimJson.Of(200, new Dictionary<string, object>
        {
            ["webhooks"] = Kinds.In(account, Kinds.Webhooks, found).Select(hook => View(hook, withSecret: false)).ToArray(),
            ["list_id"] = found.Id,
        })));
        api.MapPost("lists/{list}/webhooks", (HttpRequest request, string list) => CreateAsync(request, list, kind)).Needs(Manage);
        api.MapPatch("lists/{list}/webhooks/{id}", (HttpRequest request, string list, string id) => Api.WithBody(request, list, (account, found, body) => With(account, found, id, hook =>
        {
            var changes = new JsonObject();
            foreach (var (name, known) in new[] { ("events", Events), ("sources", Sources) })
            {
                if (body.TryGetProperty(name, out var given))
                    changes[name] = Chosen(given, known, Flags((JsonElement)hook[name]!));
            }

            return SimJson.Of(200, View(account.Update(kind, hook.Id, changes.Deserialize<JsonElement>()).Record!, withSecret: false));
        }))).Needs(Manage);
        api.MapDelete("lists/{list}/webhooks/{id}", (HttpContext http, string list, string id) => Api.In(http, list, (account, found) => With(account, found, id, hook =>
        {
            account.Delete(kind, hook.Id);
            return Results.NoContent();
        }))).Needs(Manage);
    }

    private static async Task<IResult> CreateAsync(HttpRequest request, string list, SimKind kind)
    {
        if (await SimJson.ReadAsync(request) is not { ValueKind: JsonValueKind.Object } body)
            return Problem.Of(400, "JSON Parse Error", "We encountered an unspecified JSON parsing error.");
        var system = request.HttpContext.Caller().Account.System;
        if (Members.Text(body, "url") is not { } url || !Uri.TryCreate(url, UriKind.Absolute, out var address) || (system.Settings.Switches[Vendor.ChecksAddresses] && !await AnswersAsync(address)))
            return Problem.Invalid([new SimProblem("url", "We couldn't verify that the URL exists.")]);
        return Api.In(request.HttpContext, list, (account, found) =>
        {
            var isSigned = system.Settings.Switches[Vendor.Signs] && body.TryGetProperty("signing_enabled", out var signs) && signs.ValueKind == JsonValueKind.True;
            var made = account.Create(kind, new JsonObject
            {
                ["list_id"] = found.Id,
                ["url"] = url,
                ["events"] = Chosen(body.TryGetProperty("events", out var events) ? events : default, Events, null),
                ["sources"] = Chosen(body.TryGetProperty("sources", out var sources) ? sources : default, Sources, null),
                ["secret"] = isSigned ? RandomNumberGenerator.GetHexString(40, lowercase: true) : null,
            }.Deserialize<JsonElement>());
            return made.Record is { } hook ? SimJson.Of(200, View(hook, withSecret: true)) : Problem.Invalid(made.Problems);
        });
    }

    private static async Task<bool> AnswersAsync(Uri address)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.TryAddWithoutValidation("User-Agent", "MailChimp.com WebHook Validator");
            using var response = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            return response.IsSuccessStatusCode;
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }

    private static JsonObject Chosen(JsonElement given, string[] known, IReadOnlyDictionary<string, bool>? before) => new(known.Select(name => KeyValuePair.Create(
        name,
        (JsonNode?)JsonValue.Create(given.ValueKind == JsonValueKind.Object && given.TryGetProperty(name, out var value) ? value.ValueKind == JsonValueKind.True : before?.GetValueOrDefault(name) == true))));

    private static Dictionary<string, bool> Flags(JsonElement json) => json.EnumerateObject().ToDictionary(property => property.Name, property => property.Value.ValueKind == JsonValueKind.True);

    private static IResult With(SimAccount account, SimRecord list, string id, Func<SimRecord, IResult> act) =>
        account.Find([Kinds.Webhooks], id) is { } hook && Equals(hook["list_id"], list.Id) ? act(hook) : Api.NotFound();

    private static Dictionary<string, object?> View(SimRecord hook, bool withSecret)
    {
        var view = new Dictionary<string, object?>
        {
            ["id"] = hook.Id,
            ["url"] = hook["url"],
            ["events"] = hook["events"],
            ["sources"] = hook["sources"],
            ["list_id"] = hook["list_id"],
            ["signing_enabled"] = hook["secret"] is string { Length: > 0 },
        };
        if (withSecret && hook["secret"] is string { Length: > 0 } secret)
            view["signing_secret"] = secret;
        return view;
    }

    private static IEnumerable<SimDelivery> Tell(SimChange change)
    {
        var (account, member) = (change.Account, change.Record);
        if (member.Kind.Name != Kinds.Members || account.Find([Kinds.Lists], member["list_id"]) is not { } list)
            return [];
        // Who unsubscribes by hand is the person; whatever else comes from the pages is the charity's.
        var source = change.By is not null ? "api" : IsOfThePerson(change) ? "user" : "admin";
        var bodies = EventsOf(change).Select(told => (told, Body: Body(account, list, change, told))).ToArray();
        return
        [
            .. from hook in Kinds.In(account, Kinds.Webhooks, list)
               where Flags((JsonElement)hook["sources"]!).GetValueOrDefault(source)
               from told in bodies
               where Flags((JsonElement)hook["events"]!).GetValueOrDefault(told.told)
               select new SimDelivery(account, hook.Id, new Uri((string)hook["url"]!), told.Body) { MediaType = "application/x-www-form-urlencoded" },
        ];
    }

    private static bool IsOfThePerson(SimChange change) => change.Before is { } before && !Equals(before["status"], change.Record["status"]);

    private static IEnumerable<string> EventsOf(SimChange change)
    {
        var (now, before) = (Members.StatusOf(change.Record), change.Before is { } old ? Members.StatusOf(old) : null);
        if (change.Action == SimAction.Deleted)
            return ["unsubscribe"];
        var events = new List<string>();
        if (now != before)
        {
            string? told = now switch
            {
                "subscribed" => "subscribe",
                "unsubscribed" or "archived" => "unsubscribe",
                "cleaned" => "cleaned",
                _ => null,
            };
            if (told is not null)
                events.Add(told);
        }

        if (change.Before is not { } was || now == "archived")
            return events;
        if (!Equals(was["email_address"], change.Record["email_address"]))
            events.Add("upemail");
        if (events.Contains("upemail") || change.Record.Kind.Shape.Stored.Any(field => !Silent.Contains(field.Name) && !Same(field, was, change.Record)))
            events.Add("profile");
        return events;
    }

    private static bool Same(SimField field, SimRecord one, SimRecord other) => (one[field.Name], other[field.Name]) switch
    {
        (object?[] parts, object?[] others) => parts.SequenceEqual(others),
        (JsonElement json, JsonElement before) => JsonElement.DeepEquals(json, before),
        var (a, b) => Equals(a, b),
    };

    private static byte[] Body(SimAccount account, SimRecord list, SimChange change, string told)
    {
        var member = change.Record;
        var form = new List<(string Name, string? Value)> { ("type", told), ("fired_at", account.System.Now.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss")), ("data[list_id]", list.Id) };
        switch (told)
        {
            case "upemail":
                form.AddRange([("data[new_id]", Kinds.HashOf($"unique {member["email_address"]}")[..10]), ("data[new_email]", (string?)member["email_address"]), ("data[old_email]", (string?)change.Before!["email_address"])]);
                break;
            case "cleaned":
                form.AddRange([("data[campaign_id]", ""), ("data[reason]", "hard"), ("data[email]", (string?)member["email_address"])]);
                break;
            default:
                if (told == "unsubscribe")
                    form.AddRange([("data[action]", change.Action == SimAction.Deleted || member["archived"] is true ? "delete" : "unsub"), ("data[reason]", "manual")]);
                form.AddRange([("data[id]", Kinds.HashOf($"unique {member["email_address"]}")[..10]), ("data[email]", (string?)member["email_address"]), ("data[email_type]", "html"), ("data[web_id]", $"{member.Number}")]);
                foreach (var (tag, value) in Members.Merges(account, list, member))
                {
                    if (value is JsonObject parts)
                        form.AddRange(parts.Select(part => ($"data[merges][{tag}][{part.Key}]", part.Value?.ToString())));
                    else
                        form.Add(($"data[merges][{tag}]", value?.ToString()));
                }

                break;
        }

        return Encoding.ASCII.GetBytes(string.Join('&', form.Select(field => $"{Escape(field.Name)}={Escape(field.Value ?? "")}")));
    }

    private static string Escape(string text) => Uri.EscapeDataString(text).Replace("%20", "+", StringComparison.Ordinal);

    private static string? SecretOf(SimDelivery delivery)
    {
        lock (delivery.Account.Gate)
            return delivery.Account.Find([Kinds.Webhooks], delivery.Subscription)?["secret"] as string is { Length: > 0 } secret ? secret : null;
    }

    private static string Sign(string secret, long at, ReadOnlySpan<byte> body)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
        hmac.AppendData(Encoding.ASCII.GetBytes($"{at}."));
        hmac.AppendData(body);
        return Convert.ToHexStringLower(hmac.GetHashAndReset());
    }

    /// <summary>An address that says it is gone is told no more.</summary>
    private static void End(SimDelivery delivery, int status)
    {
        lock (delivery.Account.Gate)
        {
            if (status == 410 && delivery.Account.Find([Kinds.Webhooks], delivery.Subscription) is { } hook)
                delivery.Account.Delete(hook.Kind, hook.Id);
        }
    }
}
