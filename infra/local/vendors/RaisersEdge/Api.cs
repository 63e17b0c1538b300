using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;

namespace SyncFunctions.Vendors.RaisersEdge;

/// <summary>The paths of the constituent module.</summary>
internal static class Api
{
    private const string View = "View constituents";
    private const int MostFound = 500;

    public static void Map(IEndpointRouteBuilder routes, SimSystem system)
    {
        var api = routes.MapGroup("constituent/v1").GuardSky(system);
        var constituents = system.Kind(Kinds.Constituents)!;
        api.MapGet("constituents", (HttpContext http) => Lists.Read(http, constituents, (account, record) => Views.Constituent(account, record, lagging: true))).Needs(View);
        api.MapGet("constituents/search", (HttpContext http) => Search(http)).Needs(View);
        api.MapPost("constituents", (HttpRequest request) => CreateAsync(request, constituents)).Needs(View);
        api.MapGet("constituents/{id}", (HttpContext http, string id) => With(http, constituents, id, (account, record) => SimJson.Of(200, Views.Constituent(account, record, lagging: false)))).Needs(View);
        api.MapPatch("constituents/{id}", (HttpRequest request, string id) => PatchAsync(request, constituents, id)).Needs(View);
        api.MapDelete("constituents/{id}", (HttpContext http, string id) => Delete(http, constituents, id)).Needs(View);
        api.MapGet("constituents/{id}/prospectstatus", (HttpContext http, string id) => With(http, constituents, id, (_, record) =>
            record["prospect_status"] is string status ? SimJson.Of(200, new { Status = status }) : NotFound(http))).Needs(View);
        foreach (var (name, _) in Kinds.Children)
        {
            var kind = system.Kind(name)!;
            api.MapGet(name == Kinds.Codes ? "constituents/constituentcodes" : name, (HttpContext http) => Lists.Read(http, kind, (_, row) => Views.Row(row))).Needs(View);
            api.MapGet($"constituents/{{id}}/{name}", (HttpContext http, string id) => With(http, constituents, id, (account, record) =>
                Lists.Of(Kinds.RowsOf(account.Table(name).Truth, name, record.Id).OrderBy(row => row.Number).Select(row => Views.Row(row))))).Needs(View);
            api.MapPost(name, (HttpRequest request) => CreateAsync(request, kind)).Needs(View);
            api.MapPatch($"{name}/{{id}}", (HttpRequest request, string id) => PatchAsync(request, kind, id)).Needs(View);
            api.MapDelete($"{name}/{{id}}", (HttpContext http, string id) => Delete(http, kind, id)).Needs(View);
        }

        api.MapGet("constituentcodetypes", (HttpContext http) => Types(http.Caller().Account)).Needs(View);
        routes.MapPost("_sim/generate", (int count, string? account) => Generate(system, account, count));
    }

    /// <summary>Whether this caller's errors are problem details.</summary>
    public static bool IsProblem(SimSystem system, HttpContext http) =>
        system.Settings.Switches[Vendor.ProblemBodies] || http.Request.Path.Value!.Contains("/webhook/", StringComparison.Ordinal);

    private static SimJson Types(SimAccount account)
    {
        lock (account.Gate)
            return Lists.Of(account.Table(Kinds.CodeTypes).Truth.ByNumber.Select(type => type["description"]!));
    }

    private static async Task<IResult> CreateAsync(HttpRequest request, SimKind kind)
    {
        var http = request.HttpContext;
        var (account, by) = (http.Caller().Account, http.Caller().User.Key);
        if (await SimJson.ReadAsync(request) is not { ValueKind: JsonValueKind.Object } given)
            return Invalid(http, [new SimProblem("", "A JSON object is required.")]);
        lock (account.Gate)
        {
            if (kind.Name != Kinds.Constituents)
                return Created(http, account.Create(kind, Body(kind, given, isNew: true), by: by));

            // One nested row of each sort is made with it; all is refused if one of them is.
            var made = account.Create(kind, Body(kind, given, isNew: true), by: by);
            if (made.Record is not { } constituent)
                return Created(http, made);
            foreach (var (name, property) in new[] { (Kinds.Emails, "email"), (Kinds.Phones, "phone"), (Kinds.Addresses, "address") })
            {
                if (!given.TryGetProperty(property, out var nested) || nested.ValueKind != JsonValueKind.Object)
                    continue;
                var row = JsonObject.Create(nested)!;
                row["constituent_id"] = constituent.Id;
                var outcome = account.Create(account.Table(name).Kind, Body(account.Table(name).Kind, row.Deserialize<JsonElement>(), isNew: true), by: by);
                if (outcome.Record is not null)
                    continue;
                account.Delete(kind, constituent.Id, by);
                return Invalid(http, [.. outcome.Problems.Select(problem => problem with { Field = $"{property}.{problem.Field}" })]);
            }

            return Created(http, made);
        }
    }

    private static async Task<IResult> PatchAsync(HttpRequest request, SimKind kind, string id)
    {
        var http = request.HttpContext;
        var (account, by) = (http.Caller().Account, http.Caller().User.Key);
        if (await SimJson.ReadAsync(request) is not { ValueKind: JsonValueKind.Object } given)
            return Invalid(http, [new SimProblem("", "A JSON object is required.")]);
        var outcome = account.Update(kind, id, Body(kind, given, isNew: false), by);
        return outcome switch
        {
            { NotFound: true } => NotFound(http),
            { Record: null } => Invalid(http, outcome.Problems),
            _ => Results.Ok(),
        };
    }

    private static IResult Delete(HttpContext http, SimKind kind, string id) =>
        http.Caller().Account.Delete(kind, id, http.Caller().User.Key) ? Results.Ok() : NotFound(http);

    private static IResult With(HttpContext http, SimKind kind, string id, Func<SimAccount, SimRecord, IResult> act)
    {
        var account = http.Caller().Account;
        lock (account.Gate)
            return account.Find([kind.Name], id) is { } record ? act(account, record) : NotFound(http);
    }

    /// <summary>What the vendor takes: whose a row is and what a constituent is are said once, and what is not known is passed over.</summary>
    private static JsonElement Body(SimKind kind, JsonElement given, bool isNew)
    {
        var body = new JsonObject();
        foreach (var property in given.EnumerateObject())
        {
            if (kind.Shape.Find(property.Name) is not { } field || field.Name == "prospect_status" || (!isNew && field.Name is "type" or "constituent_id" && kind.Name == Kinds.Constituents))
                continue;
            body[field.Name == "name" ? "organization_name" : field.Name] = JsonNode.Parse(property.Value.GetRawText());
        }

        return body.Deserialize<JsonElement>();
    }

    private static IResult Search(HttpContext http)
    {
        var account = http.Caller().Account;
        var query = http.Request.Query;
        if (query["search_text"] is not [{ Length: > 0 } text])
            return Invalid(http, [new SimProblem("search_text", "The search_text field is required.")]);
        var (field, strict) = (query["search_field"].ToString(), query["strict_search"] == "true");
        bool IsFound(string? value) => value is not null && (strict
            ? value.Equals(text, StringComparison.OrdinalIgnoreCase)
            : value.Contains(text, StringComparison.OrdinalIgnoreCase) || Sound(value) == Sound(text));
        lock (account.Gate)
        {
            var emails = account.Table(Kinds.Emails).Truth;
            IEnumerable<string?> Values(SimRecord record) => field switch
            {
                "email_address" => Kinds.RowsOf(emails, Kinds.Emails, record.Id).Select(row => (string?)row["address"]),
                "lookup_id" => [(string?)record["lookup_id"] ?? record.Id],
                _ => [Kinds.NameOf(record), (string?)record["first"], (string?)record["last"], .. Kinds.RowsOf(emails, Kinds.Emails, record.Id).Select(row => (string?)row["address"])],
            };
            var found = account.Table(Kinds.Constituents).Truth.ByNumber
                .Where(record => (record["inactive"] is not true || query["include_inactive"] == "true") && Values(record).Any(IsFound))
                .Select(record => new Dictionary<string, object?>
                {
                    ["id"] = record.Id,
                    ["name"] = Kinds.NameOf(record),
                    ["lookup_id"] = record["lookup_id"] ?? record.Id,
                    ["email"] = Kinds.PrimaryOf(emails, Kinds.Emails, record.Id)?["address"],
                    ["deceased"] = record["deceased"],
                    ["inactive"] = record["inactive"],
                });
            // A search by e-mail brings those who are no constituents unless it is told not to.
            if (query["include_non_constituents"] == "true" || (field == "email_address" && query["include_non_constituents"] != "false"))
            {
                found = found.Concat(account.Table(Kinds.NonConstituents).Truth.ByNumber.Where(record => IsFound((string?)record["email"])).Select(record => new Dictionary<string, object?>
                {
                    ["id"] = record.Id,
                    ["name"] = $"{record["first"]} {record["last"]}".Trim(),
                    ["email"] = record["email"],
                    ["deceased"] = false,
                    ["inactive"] = false,
                }));
            }

            return Lists.Of(found.Take(MostFound));
        }
    }

    /// <summary>What sounds alike to the vendor: the first letter and the consonants after it.</summary>
    private static string Sound(string text)
    {
        var letters = text.ToLowerInvariant().Split('@')[0].Where(char.IsAsciiLetter).ToArray();
        return letters.Length == 0 ? text : letters[0] + string.Concat(letters.Skip(1).Where(letter => !"aeiouyhw".Contains(letter)).Take(4));
    }

    /// <summary>Makes many constituents with e-mail addresses at once.</summary>
    private static IResult Generate(SimSystem system, string? slug, int count)
    {
        if (!system.TryAccount(slug ?? SimSystem.FirstAccount, out var account) || count is < 1 or > 200_000)
            return Results.BadRequest();
        lock (account.Gate)
        {
            var start = account.Table(Kinds.Constituents).Truth.Count;
            var people = Enumerable.Range(start + 1, count).Select(number => new { First = $"First{number % 997}", Last = $"Last{number}", number }).ToList();
            JsonElement Rows(IEnumerable<object> rows) => JsonSerializer.SerializeToElement(rows, SimJson.Options);
            var (made, _) = account.CreateAll(system.Kind(Kinds.Constituents)!, Rows(people.Select(person => new { person.First, person.Last })));
            account.CreateAll(system.Kind(Kinds.Emails)!, Rows(made.Select((constituent, at) => new Dictionary<string, object>
            {
                ["constituent_id"] = constituent.Id,
                ["address"] = $"person{people[at].number}@example.org",
            })));
            return SimJson.Of(201, new { Created = made.Count });
        }
    }

    private static IResult Created(HttpContext http, SimOutcome outcome) =>
        outcome.Record is { } record ? SimJson.Of(200, new { record.Id }) : Invalid(http, outcome.Problems);

    public static IResult Invalid(HttpContext http, IReadOnlyList<SimProblem> problems) =>
        Vendor.Error(400, string.Join(' ', problems.Select(problem => problem.Message)), "ValidationError", IsProblem(http.Caller().Account.System, http));

    public static IResult NotFound(HttpContext http) => Vendor.Error(404, "The requested record was not found.", problem: IsProblem(http.Caller().Account.System, http));
}
