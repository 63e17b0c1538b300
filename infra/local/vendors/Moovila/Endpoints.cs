using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;

namespace SyncFunctions.Vendors.Moovila;

/// <summary>Where changes are told to, and how: by Standard Webhooks.</summary>
internal static class Endpoints
{
    private const string Write = "write";
    private static readonly TimeSpan BothSecretsFor = TimeSpan.FromDays(1);

    // The sample schedule of the specification.
    private static readonly TimeSpan[] Pauses =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5), TimeSpan.FromHours(10), TimeSpan.FromHours(14),
        TimeSpan.FromHours(20), TimeSpan.FromHours(24),
    ];

    public static readonly SimWebhookRules Rules = new()
    {
        Tell = Tell,
        Headers = Headers,
        Retry = (status, attempts) => status == 410 || attempts > Pauses.Length ? null : Pauses[attempts - 1],
        Timeout = TimeSpan.FromSeconds(15),
        Ended = SwitchOff,
    };

    public static void Map(RouteGroupBuilder v1, SimSystem system)
    {
        var kind = system.Kind(Kinds.Endpoints)!;
        v1.MapGet("webhook-endpoints", (HttpContext http) => List(http.Caller().Account, kind));
        v1.MapPost("webhook-endpoints", (HttpRequest request) => CreateAsync(request, kind)).Needs(Write);
        v1.MapGet("webhook-endpoints/{id}", (HttpContext http, string id) => With(http, kind, id, (_, endpoint) => SimJson.Of(200, View(endpoint, withSecret: false))));
        v1.MapPatch("webhook-endpoints/{id}", (HttpRequest request, string id) => SwitchAsync(request, kind, id)).Needs(Write);
        v1.MapDelete("webhook-endpoints/{id}", (HttpContext http, string id) => With(http, kind, id, (account, endpoint) =>
        {
            account.Delete(kind, endpoint.Id);
            return Results.NoContent();
        })).Needs(Write);
        v1.MapPost("webhook-endpoints/{id}/rotate", (HttpContext http, string id) => With(http, kind, id, (account, endpoint) =>
        {
            var rotated = new { Secret = NewSecret(), PreviousSecret = endpoint["secret"], PreviousSecretUntil = account.System.Now + BothSecretsFor };
            return SimJson.Of(200, View(Update(account, endpoint, rotated), withSecret: true));
        })).Needs(Write);
    }

    private static SimJson List(SimAccount account, SimKind kind)
    {
        lock (account.Gate)
            return SimJson.Of(200, new { Items = account.Table(kind.Name).Truth.ByNumber.Select(endpoint => View(endpoint, withSecret: false)).ToArray() });
    }

    private static async Task<IResult> CreateAsync(HttpRequest request, SimKind kind)
    {
        var (body, refusal) = await Api.BodyAsync(request, "application/json");
        if (refusal is not null)
            return refusal;
        var problems = body.EnumerateObject().Where(property => property.Name is not ("url" or "label")).Select(property => new SimProblem(property.Name, "There is no such field.")).ToList();
        if (!body.TryGetProperty("url", out var url) || url.ValueKind != JsonValueKind.String || !Uri.TryCreate(url.GetString(), UriKind.Absolute, out var address)
            || !(address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback)))
            problems.Add(new SimProblem("url", "An https address is required."));
        if (problems.Count > 0)
            return Problem.Invalid(problems);
        var account = request.HttpContext.Caller().Account;
        var outcome = account.Create(kind, JsonSerializer.SerializeToElement(new Dictionary<string, object?>
        {
            ["url"] = url.GetString(),
            ["label"] = body.TryGetProperty("label", out var label) ? label : null,
            ["secret"] = NewSecret(),
        }));
        return outcome.Record is { } made
            ? new SimHeaders(SimJson.Of(201, View(made, withSecret: true)), ("Location", $"/{account.System.Definition.Name}/v1/webhook-endpoints/{made.Id}"))
            : Problem.Invalid(outcome.Problems);
    }

    private static async Task<IResult> SwitchAsync(HttpRequest request, SimKind kind, string id)
    {
        var (body, refusal) = await Api.BodyAsync(request, "application/merge-patch+json");
        if (refusal is not null)
            return refusal;
        if (!body.TryGetProperty("enabled", out var enabled) || enabled.ValueKind is not (JsonValueKind.True or JsonValueKind.False) || body.EnumerateObject().Count() > 1)
            return Problem.Invalid([new SimProblem("enabled", "true or false is required, and nothing else.")]);
        return With(request.HttpContext, kind, id, (account, endpoint) =>
            SimJson.Of(200, View(Update(account, endpoint, new { Enabled = enabled.GetBoolean(), DisabledBecause = (string?)null }), withSecret: false)));
    }

    private static IResult With(HttpContext http, SimKind kind, string id, Func<SimAccount, SimRecord, IResult> act)
    {
        var account = http.Caller().Account;
        lock (account.Gate)
            return account.Find([kind.Name], id) is { } endpoint ? act(account, endpoint) : Problem.Of(404, "There is no such endpoint.");
    }

    private static SimRecord Update(SimAccount account, SimRecord endpoint, object changes) =>
        account.Update(endpoint.Kind, endpoint.Id, JsonSerializer.SerializeToElement(changes, SimJson.Options)).Record!;

    private static Dictionary<string, object?> View(SimRecord endpoint, bool withSecret)
    {
        var view = new Dictionary<string, object?>
        {
            ["id"] = endpoint.Id,
            ["url"] = endpoint["url"],
            ["label"] = endpoint["label"],
            ["enabled"] = endpoint["enabled"],
            ["disabledBecause"] = endpoint["disabledBecause"],
            ["previousSecretUntil"] = endpoint["previousSecretUntil"],
            ["createdAt"] = endpoint.Created,
        };
        if (withSecret)
            view["secret"] = endpoint["secret"];
        return view;
    }

    private static IEnumerable<SimDelivery> Tell(SimChange change)
    {
        if (change.Record.Kind.Name == Kinds.Endpoints)
            yield break;
        byte[]? body = null;
        foreach (var endpoint in change.Account.Table(Kinds.Endpoints).Truth.ByNumber.Where(endpoint => endpoint["enabled"] is true).ToArray())
        {
            body ??= Body(change);
            yield return new SimDelivery(change.Account, endpoint.Id, new Uri((string)endpoint["url"]!), body) { Id = $"msg_{Guid.NewGuid():N}" };
        }
    }

    private static byte[] Body(SimChange change)
    {
        var kind = change.Record.Kind.Name;
        var what = change.Action switch { SimAction.Added => "created", SimAction.Updated => "updated", _ => "deleted" };
        return JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                Type = $"{Kinds.Singular(kind)}.{what}",
                Timestamp = change.Account.System.Format.Time(change.Account.System.Now),
                Data = new { Kind = kind, change.Record.Id, ParentId = Kinds.ParentOf(kind) is var (_, field) ? change.Record[field] : null },
            },
            SimJson.Options);
    }

    private static IEnumerable<(string Name, string Value)> Headers(SimDelivery delivery, DateTimeOffset now)
    {
        var timestamp = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        yield return ("webhook-id", delivery.Id);
        yield return ("webhook-timestamp", timestamp);
        yield return ("webhook-signature", string.Join(' ', Secrets(delivery, now).Select(secret => $"v1,{Sign(secret, $"{delivery.Id}.{timestamp}.", delivery.Body.Span)}")));
    }

    private static string[] Secrets(SimDelivery delivery, DateTimeOffset now)
    {
        lock (delivery.Account.Gate)
        {
            if (delivery.Account.Find([Kinds.Endpoints], delivery.Subscription) is not { } endpoint)
                return [];
            return endpoint["previousSecret"] is string previous && endpoint["previousSecretUntil"] is DateTimeOffset until && until > now
                ? [(string)endpoint["secret"]!, previous]
                : [(string)endpoint["secret"]!];
        }
    }

    private static string Sign(string secret, string start, ReadOnlySpan<byte> body)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Convert.FromBase64String(secret["whsec_".Length..]));
        hmac.AppendData(Encoding.ASCII.GetBytes(start));
        hmac.AppendData(body);
        return Convert.ToBase64String(hmac.GetHashAndReset());
    }

    private static void SwitchOff(SimDelivery delivery, int status)
    {
        lock (delivery.Account.Gate)
        {
            if (delivery.Account.Find([Kinds.Endpoints], delivery.Subscription) is { } endpoint && endpoint["enabled"] is true)
                Update(delivery.Account, endpoint, new { Enabled = false, DisabledBecause = status == 410 ? "It answered 410." : "No delivery succeeded for three days." });
        }
    }

    private static string NewSecret() => $"whsec_{Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))}";
}
