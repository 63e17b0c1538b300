using System.Text.Json;
using Microsoft.AspNetCore.Routing;

namespace SyncFunctions.Vendors.RaisersEdge;

/// <summary>Tells of changes by CloudEvents, unsigned and thin, to addresses that have said by the handshake that they want them.</summary>
internal static class Subscriptions
{
    private const string Origin = "eventgrid.azure.net";
    private const string Right = "Manage webhooks";
    private const string Active = "Active";

    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan[] Pauses =
    [
        TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(30), TimeSpan.FromHours(1),
        TimeSpan.FromHours(3), TimeSpan.FromHours(6),
    ];

    public static readonly SimWebhookRules Rules = new()
    {
        Tell = Tell,
        Headers = (delivery, _) => [("aeg-event-type", "Notification"), ("aeg-subscription-name", $"SUBSCRIPTION-{delivery.Subscription}")],
        Retry = (_, attempts) => attempts > Pauses.Length ? null : Pauses[attempts - 1],
        Timeout = AnswerWithin,
    };

    /// <summary>The vendor's word in event types.</summary>
    private static readonly Dictionary<string, string> Words = new()
    {
        [Kinds.Constituents] = "constituent",
        [Kinds.Emails] = "constituent.emailaddress",
        [Kinds.Phones] = "constituent.phone",
        [Kinds.Addresses] = "constituent.address",
        [Kinds.Codes] = "constituent.constituentcode",
        [Kinds.Gifts] = "gift",
    };

    public static void Map(IEndpointRouteBuilder routes, SimSystem system)
    {
        var api = routes.MapGroup("webhook/v1").GuardSky(system);
        var kind = system.Kind(Kinds.Subscriptions)!;
        api.MapGet("subscriptions", (HttpContext http) => List(http.Caller().Account)).Needs(Right);
        api.MapPost("subscriptions", (HttpRequest request) => CreateAsync(request, kind)).Needs(Right);
        api.MapDelete("subscriptions/{id}", (HttpContext http, string id) => http.Caller().Account.Delete(kind, id) ? Results.Ok() : Api.NotFound(http)).Needs(Right);
    }

    private static SimJson List(SimAccount account)
    {
        lock (account.Gate)
            return Lists.Of(account.Table(Kinds.Subscriptions).Truth.ByNumber.Select(View));
    }

    private static async Task<IResult> CreateAsync(HttpRequest request, SimKind kind)
    {
        var (http, account) = (request.HttpContext, request.HttpContext.Caller().Account);
        var body = await SimJson.ReadAsync(request);
        string? Text(string name) => body is { ValueKind: JsonValueKind.Object } given && given.TryGetProperty(name, out var value) ? value.GetString() : null;
        if (!Uri.TryCreate(Text("webhook_url"), UriKind.Absolute, out var address) || !(address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback)))
            return Api.Invalid(http, [new SimProblem("webhook_url", "The webhook_url must be an https address.")]);
        if (Text("event_type") is not { } type || !Words.Values.Any(word => new[] { "add", "change", "delete" }.Any(verb => type == TypeOf(word, verb))))
            return Api.Invalid(http, [new SimProblem("event_type", "There is no such event_type.")]);
        var made = account.Create(kind, JsonSerializer.SerializeToElement(new Dictionary<string, string> { ["webhook_url"] = address.AbsoluteUri, ["event_type"] = type })).Record!;
        _ = ShakeHandsAsync(account, made.Id, address);
        return SimJson.Of(200, View(made));
    }

    /// <summary>The abuse protection of CloudEvents: an address that does not say that it wants events gets none.</summary>
    private static async Task ShakeHandsAsync(SimAccount account, string id, Uri address)
    {
        var (status, headers) = await account.System.Webhooks.AskAsync(HttpMethod.Options, address, AnswerWithin, ("WebHook-Request-Origin", Origin), ("WebHook-Request-Rate", "120"));
        var wants = status is >= 200 and < 300 && headers["WebHook-Allowed-Origin"].Any(origin => origin is Origin or "*");
        lock (account.Gate)
        {
            if (account.Find([Kinds.Subscriptions], id) is { } subscription)
                account.Set(subscription, "provisioning_status", wants ? Active : "Error");
        }
    }

    /// <summary>The query of an address is a secret, and not told.</summary>
    private static Dictionary<string, object?> View(SimRecord subscription) => new()
    {
        ["id"] = subscription.Id,
        ["webhook_url"] = new Uri((string)subscription["webhook_url"]!).GetLeftPart(UriPartial.Path),
        ["event_type"] = subscription["event_type"],
        ["provisioning_status"] = subscription["provisioning_status"],
    };

    private static IEnumerable<SimDelivery> Tell(SimChange change)
    {
        var (account, record) = (change.Account, change.Record);
        if (!Words.TryGetValue(record.Kind.Name, out var word))
            yield break;
        var type = TypeOf(word, change.Action switch { SimAction.Added => "add", SimAction.Updated => "change", _ => "delete" });
        foreach (var subscription in account.Table(Kinds.Subscriptions).Truth.ByNumber.Where(subscription => Equals(subscription["event_type"], type) && subscription["provisioning_status"] is Active))
        {
            var id = Guid.NewGuid().ToString();
            var data = new Dictionary<string, object?> { ["id"] = record.Id };
            if (record.Kind.Name != Kinds.Constituents)
                data["constituent_id"] = record["constituent_id"];
            if (change.By is { } by)
                data[change.Action == SimAction.Added ? "added_by_id" : "last_changed_by_id"] = by;
            yield return new SimDelivery(account, subscription.Id, new Uri((string)subscription["webhook_url"]!), JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object?>
            {
                ["specversion"] = "1.0",
                ["type"] = type,
                ["source"] = $"/{account.System.Definition.Name}",
                ["subject"] = $"/environments/{account.Slug}/{record.Kind.Name}/{record.Id}",
                ["id"] = id,
                ["time"] = account.System.Format.Time(account.System.Now),
                ["data"] = data,
            }))
            {
                Id = id,
                MediaType = "application/cloudevents+json",
            };
        }
    }

    private static string TypeOf(string word, string verb) => $"com.blackbaud.{word}.{verb}.v1";
}
