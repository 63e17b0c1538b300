using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;

namespace SyncFunctions.Vendors.RaisersEdge;

/// <summary>The paths of the gift module: a change names the version that it is for, and a posted gift takes none.</summary>
internal static class Gifts
{
    private const string Right = "View gifts";

    private static readonly string[] Plain = ["type", "date", "gift_status", "lookup_id", "reference", "is_anonymous", "post_status"];

    public static void Map(IEndpointRouteBuilder routes, SimSystem system)
    {
        var api = routes.MapGroup("gift/v1").GuardSky(system);
        var kind = system.Kind(Kinds.Gifts)!;
        api.MapGet("gifts", (HttpContext http) => Lists.Read(http, kind, (_, gift) => View(gift))).Needs(Right);
        api.MapPost("gifts", (HttpRequest request) => CreateAsync(request, kind)).Needs(Right);
        api.MapGet("gifts/{id}", (HttpContext http, string id) => http.Caller().Account.Find([kind.Name], id) is { } gift
            ? new SimHeaders(SimJson.Of(200, View(gift)), ("ETag", VersionOf(gift)))
            : Api.NotFound(http)).Needs(Right);
        api.MapPatch("gifts/{id}", (HttpRequest request, string id) => PatchAsync(request, kind, id)).Needs(Right);
        api.MapDelete("gifts/{id}", (HttpContext http, string id) => http.Caller().Account.Delete(kind, id, http.Caller().User.Key) ? Results.Ok() : Api.NotFound(http)).Needs(Right);
    }

    private static async Task<IResult> CreateAsync(HttpRequest request, SimKind kind)
    {
        var http = request.HttpContext;
        if (await SimJson.ReadAsync(request) is not { ValueKind: JsonValueKind.Object } given)
            return Api.Invalid(http, [new SimProblem("", "A JSON object is required.")]);
        var body = Body(given, out var problems);
        foreach (var name in new[] { "constituent_id", "type", "amount", "gift_splits", "payments" })
        {
            if (!given.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null || (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0))
                problems.Add(new SimProblem(name, $"The {name} field is required."));
        }

        if (problems.Count > 0)
            return Api.Invalid(http, problems);
        body["constituent_id"] = given.GetProperty("constituent_id").GetString();
        var outcome = http.Caller().Account.Create(kind, body.Deserialize<JsonElement>(), by: http.Caller().User.Key);
        return outcome.Record is { } gift ? SimJson.Of(200, new { gift.Id }) : Api.Invalid(http, outcome.Problems);
    }

    private static async Task<IResult> PatchAsync(HttpRequest request, SimKind kind, string id)
    {
        var http = request.HttpContext;
        var account = http.Caller().Account;
        if (await SimJson.ReadAsync(request) is not { ValueKind: JsonValueKind.Object } given)
            return Api.Invalid(http, [new SimProblem("", "A JSON object is required.")]);
        lock (account.Gate)
        {
            if (account.Find([kind.Name], id) is not { } gift)
                return Api.NotFound(http);
            if (request.Headers.IfMatch is not [{ Length: > 0 } version])
                return Api.Invalid(http, [new SimProblem("", "The header If-Match is required.")]);
            if (version != "*" && version != VersionOf(gift))
                return Vendor.Error(412, "The gift was changed by somebody else.", "PreconditionFailed", Api.IsProblem(account.System, http));
            if (gift["post_status"] is "Posted")
                return Api.Invalid(http, [new SimProblem("post_status", "A posted gift cannot be edited.")]);
            var body = Body(given, out var problems);
            if (problems.Count > 0)
                return Api.Invalid(http, problems);
            var outcome = account.Update(kind, id, body.Deserialize<JsonElement>(), http.Caller().User.Key);
            return outcome.Record is not null ? Results.Ok() : Api.Invalid(http, outcome.Problems);
        }
    }

    private static JsonObject Body(JsonElement given, out List<SimProblem> problems)
    {
        problems = [];
        var body = new JsonObject();
        foreach (var name in Plain.Where(name => name != "post_status" || !given.TryGetProperty(name, out var status) || status.GetString() != "Posted"))
        {
            if (given.TryGetProperty(name, out var value))
                body[name] = JsonNode.Parse(value.GetRawText());
        }

        decimal? amount = given.TryGetProperty("amount", out var whole) && whole.TryGetProperty("value", out var number) ? number.GetDecimal() : null;
        if (amount is not null)
            body["amount"] = amount;
        if (given.TryGetProperty("gift_splits", out var splits) && splits is { ValueKind: JsonValueKind.Array })
        {
            var parts = splits.EnumerateArray().ToArray();
            if (amount is { } sum && parts.Sum(part => part.GetProperty("amount").GetProperty("value").GetDecimal()) != sum)
                problems.Add(new SimProblem("gift_splits", "The gift_splits must make up the amount."));
            body["fund_id"] = parts is [var first, ..] ? first.GetProperty("fund_id").GetString() : null;
        }
        else if (amount is not null)
        {
            problems.Add(new SimProblem("gift_splits", "The gift_splits must make up the amount."));
        }

        if (given.TryGetProperty("payments", out var payments) && payments is { ValueKind: JsonValueKind.Array })
        {
            if (payments.GetArrayLength() > 1)
                problems.Add(new SimProblem("payments", "The payments field takes one payment."));
            body["payment_method"] = payments.EnumerateArray().FirstOrDefault() is { ValueKind: JsonValueKind.Object } payment ? payment.GetProperty("payment_method").GetString() : null;
        }

        return body;
    }

    private static Dictionary<string, object?> View(SimRecord gift)
    {
        var amount = new { Value = gift["amount"] };
        var view = new Dictionary<string, object?> { ["id"] = gift.Id, ["constituent_id"] = gift["constituent_id"], ["amount"] = amount };
        foreach (var name in Plain)
        {
            if (gift[name] is { } value)
                view[name] = value is DateOnly day ? $"{day:yyyy-MM-dd}T00:00:00" : value;
        }

        view["gift_splits"] = new[] { new Dictionary<string, object?> { ["id"] = $"{gift.Id}1", ["amount"] = amount, ["fund_id"] = gift["fund_id"] } };
        view["payments"] = new[] { new Dictionary<string, object?> { ["payment_method"] = gift["payment_method"] } };
        view["date_added"] = Views.Time(gift.Created);
        view["date_modified"] = Views.Time(gift.Modified);
        return view;
    }

    private static string VersionOf(SimRecord gift) => $"\"{Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(View(gift))).AsSpan(0, 8))}\"";
}
