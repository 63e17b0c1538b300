using System.Text.Json;
using Microsoft.AspNetCore.Routing;

namespace SyncFunctions.Vendors;

/// <summary>
/// The control interface below <c>/{system}/_sim</c>, the same for every vendor: what a user of the vendor's own screens would do,
/// and what a test needs to see and set. It shows the truth, whatever read lag is set, and needs no sign-in.
/// </summary>
internal static class SimControl
{
    private const int DefaultLimit = 100;

    public static void Map(IEndpointRouteBuilder routes, SimSystem system)
    {
        routes.MapGet("kinds", (string? account) => WithAccount(system, account, found => Kinds(system, found)));
        routes.MapGet("kinds/{kind}", (HttpRequest request, string kind, string? account) =>
            WithKind(system, account, kind, (found, of) => List(found, of, request.Query)));
        routes.MapPost("kinds/{kind}", (HttpRequest request, string kind, string? account) =>
            WithBody(system, account, kind, request, (found, of, body) => Written(found, 201, found.Create(of, body, ownTimes: true))));
        routes.MapPost("kinds/{kind}/bulk", (HttpRequest request, string kind, string? account) =>
            WithBody(system, account, kind, request, Bulk));
        routes.MapGet("kinds/{kind}/{id}", (string kind, string id, string? account) =>
            WithKind(system, account, kind, (found, of) => Get(found, of, id)));
        routes.MapPatch("kinds/{kind}/{id}", (HttpRequest request, string kind, string id, string? account) =>
            WithBody(system, account, kind, request, (found, of, body) => Written(found, 200, found.Update(of, id, body))));
        routes.MapDelete("kinds/{kind}/{id}", (string kind, string id, string? account) =>
            WithKind(system, account, kind, (found, of) => found.Delete(of, id) ? Results.NoContent() : NoRecord()));
        routes.MapPost("kinds/{kind}/{id}/archive", (string kind, string id, string? account) =>
            WithKind(system, account, kind, (found, of) => Archive(found, of, id, archived: true)));
        routes.MapPost("kinds/{kind}/{id}/restore", (string kind, string id, string? account) =>
            WithKind(system, account, kind, (found, of) => Archive(found, of, id, archived: false)));

        routes.MapGet("faults", () => Faults(system));
        routes.MapPut("faults", (HttpRequest request) => PutFaultsAsync(system, request));
        routes.MapGet("webhooks", () => system.Webhooks.Show());
        routes.MapPut("webhooks", (HttpRequest request) => PutWebhooksAsync(system, request));
        routes.MapDelete("webhooks", () =>
        {
            system.Webhooks.ClearCounts();
            return Results.NoContent();
        });
        routes.MapGet("stats", () => Stats(system));
        routes.MapDelete("stats", () =>
        {
            system.Stats.Clear();
            return Results.NoContent();
        });
        routes.MapGet("settings", () => SimJson.Of(200, system.Settings));
        routes.MapPut("settings", (HttpRequest request) => PutSettingsAsync(system, request));
        routes.MapGet("accounts", () => SimJson.Of(200, system.Accounts.Select(account => new { account.Slug, account.Name })));
        routes.MapPost("accounts", (HttpRequest request) => AddAccountAsync(system, request));
        routes.MapPost("tokens", (HttpRequest request) => AddTokensAsync(system, request));
        routes.MapDelete("tokens", (string? kind) => kind switch
        {
            "access" => Revoked(system, SimGrantKind.Access),
            null or "all" => Revoked(system, SimGrantKind.Access, SimGrantKind.Refresh, SimGrantKind.Code),
            _ => Error(400, "kind must be access or all."),
        });
        routes.MapPost("reset", (bool? seed) =>
        {
            system.Reset(seed ?? system.Options.Seed);
            return Results.NoContent();
        });
    }

    private static IResult Kinds(SimSystem system, SimAccount account)
    {
        lock (account.Gate)
        {
            return SimJson.Of(200, system.Definition.Kinds.Select(kind => new
            {
                kind.Name,
                kind.Label,
                account.Table(kind.Name).Truth.Count,
                CanArchive = kind.Archive is not null,
                kind.CreatedField,
                kind.ModifiedField,
                Fields = Fields(kind.Shape),
            }).ToArray());
        }
    }

    private static object[] Fields(SimShape shape) => [.. shape.Fields.Select(field => new
    {
        field.Name,
        Type = field.Type.ToString().ToLowerInvariant(),
        field.Alias,
        ReadOnly = !field.IsStored,
        field.Required,
        field.MaxLength,
        field.OneOf,
        field.References,
        Fields = field.Shape is { } inner ? Fields(inner) : null,
    })];

    private static IResult List(SimAccount account, SimKind kind, IQueryCollection query)
    {
        DateTimeOffset? since = null;
        if (query["modifiedSince"] is [{ Length: > 0 } text])
        {
            if (!account.System.Format.TryTime(text, out var time))
                return Error(400, "modifiedSince must be a time in the vendor's form.");
            since = time;
        }

        if (!TryNumber(query["limit"], DefaultLimit, out var limit) || !TryNumber(query["start"], 0, out var start))
            return Error(400, "limit and start must be whole numbers from 0.");
        lock (account.Gate)
        {
            IEnumerable<SimRecord> records = account.Table(kind.Name).Truth.ByModified.Reverse();
            if (since is { } from)
                records = records.TakeWhile(record => record.Modified >= from);
            if (query["q"] is [{ Length: > 0 } words])
                records = records.Where(record => Mentions(account, record, words));
            var found = records.ToArray();
            return SimJson.Write(200, json =>
            {
                json.WriteStartObject();
                json.WriteNumber("total", found.Length);
                json.WriteNumber("start", start);
                json.WriteNumber("limit", limit);
                json.WritePropertyName("items");
                SimJson.WriteArray(json, account, found.Skip(start).Take(limit));
                json.WriteEndObject();
            });
        }
    }

    private static bool TryNumber(string? text, int missing, out int number)
    {
        number = missing;
        return string.IsNullOrEmpty(text) || (int.TryParse(text, out number) && number >= 0);
    }

    private static bool Mentions(SimAccount account, SimRecord record, string words) =>
        record.Id == words || record.Kind.Shape.Fields.Any(field =>
            record.Kind.Shape.Value(field, account, record, record.Values) switch
            {
                string text => text.Contains(words, StringComparison.OrdinalIgnoreCase),
                object?[] parts => parts.OfType<string>().Any(part => part.Contains(words, StringComparison.OrdinalIgnoreCase)),
                _ => false,
            });

    private static IResult Get(SimAccount account, SimKind kind, string id)
    {
        lock (account.Gate)
            return account.Table(kind.Name).Truth.Find(id) is { } record ? SimJson.Record(200, account, record) : NoRecord();
    }

    private static IResult Bulk(SimAccount account, SimKind kind, JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Array)
            return Error(400, "A JSON array of records is required.");
        var (records, problems) = account.CreateAll(kind, body);
        return problems.Count > 0
            ? Refused(problems)
            : SimJson.Of(201, new { Created = records.Count, FirstId = records is [var first, ..] ? first.Id : null, LastId = records is [.., var last] ? last.Id : null });
    }

    private static IResult Archive(SimAccount account, SimKind kind, string id, bool archived)
    {
        if (kind.Archive is not var (field, yes, no))
            return Error(400, $"{kind.Label} cannot be archived.");
        var body = JsonSerializer.SerializeToElement(new Dictionary<string, object> { [field] = archived ? yes : no });
        return Written(account, 200, account.Update(kind, id, body));
    }

    private static IResult Written(SimAccount account, int status, SimOutcome outcome) => outcome switch
    {
        { Record: { } record } => SimJson.Record(status, account, record),
        { NotFound: true } => NoRecord(),
        _ => Refused(outcome.Problems),
    };

    private static SimJson Faults(SimSystem system) => SimJson.Of(200, system.Faults.List().Select(entry => new
    {
        Match = new { entry.Rule.Method, entry.Rule.Path },
        Kind = entry.Rule.Kind == SimFaultKind.Status ? entry.Rule.Status.ToString() : JsonNamingPolicy.CamelCase.ConvertName(entry.Rule.Kind.ToString()),
        entry.Rule.DelayMs,
        entry.Rule.RetryAfter,
        entry.Rule.Count,
        entry.Rule.Probability,
        entry.Rule.Seed,
        entry.Fired,
    }));

    private static async Task<IResult> PutFaultsAsync(SimSystem system, HttpRequest request)
    {
        if (await SimJson.ReadAsync(request) is not { ValueKind: JsonValueKind.Array } body)
            return Error(400, "A JSON array of rules is required.");
        var rules = new List<SimFaultRule>();
        foreach (var json in body.EnumerateArray())
        {
            if (!SimFaultRule.TryParse(json, out var rule, out var error))
                return Error(400, error!);
            rules.Add(rule!);
        }

        system.Faults.Replace(rules);
        return Faults(system);
    }

    private static async Task<IResult> PutWebhooksAsync(SimSystem system, HttpRequest request)
    {
        try
        {
            if (await SimJson.ReadAsync(request) is not { ValueKind: JsonValueKind.Object } body)
                return Error(400, "A JSON object is required.");
            system.Webhooks.Set(body.Deserialize<SimWebhookFaults>(SimJson.Options)!);
            return system.Webhooks.Show();
        }
        catch (JsonException problem)
        {
            return Error(400, problem.Message);
        }
    }

    private static SimJson Stats(SimSystem system)
    {
        var calls = system.Stats.Calls;
        return SimJson.Of(200, new
        {
            system.Stats.Since,
            Total = calls.Sum(call => call.Value),
            ByStatus = calls.GroupBy(call => call.Key.Status).OrderBy(group => group.Key).ToDictionary(group => group.Key.ToString(), group => group.Sum(call => call.Value)),
            Today = system.Accounts.ToDictionary(account => account.Slug, account => account.CallsToday),
            Calls = calls.Select(call => new { call.Key.Method, call.Key.Path, call.Key.Status, call.Key.Fault, Count = call.Value }),
        });
    }

    /// <summary>What the body names is set, the rest stays.</summary>
    private static async Task<IResult> PutSettingsAsync(SimSystem system, HttpRequest request)
    {
        if (await SimJson.ReadAsync(request) is not { ValueKind: JsonValueKind.Object } body)
            return Error(400, "A JSON object is required.");
        try
        {
            var merged = JsonSerializer.SerializeToNode(system.Settings, SimJson.Options)!.AsObject();
            foreach (var property in body.EnumerateObject())
            {
                if (property.Name != "switches")
                {
                    merged[property.Name] = JsonSerializer.SerializeToNode(property.Value);
                    continue;
                }

                foreach (var flag in property.Value.EnumerateObject())
                {
                    if (!system.Settings.Switches.ContainsKey(flag.Name))
                        return Error(400, $"Unknown switch {flag.Name}.");
                    merged["switches"]![flag.Name] = flag.Value.GetBoolean();
                }
            }

            var settings = merged.Deserialize<SimSettings>(SimJson.Options)!;
            if (settings is not { DefaultPageSize: > 0, MaxPageSize: > 0, ReadLagMs: >= 0, AccessTokenSeconds: > 0, RefreshTokenSeconds: > 0, DailyLimit: null or >= 0 })
                return Error(400, "Page sizes and token lifetimes must be above zero, the lag and the daily limit not below.");
            system.Apply(settings);
            return SimJson.Of(200, settings);
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            return Error(400, problem.Message);
        }
    }

    private static async Task<IResult> AddAccountAsync(SimSystem system, HttpRequest request)
    {
        if (await SimJson.ReadAsync(request) is not { ValueKind: JsonValueKind.Object } body
            || !body.TryGetProperty("slug", out var slug) || slug.GetString() is not { Length: > 0 } name)
        {
            return Error(400, "A slug is required.");
        }

        var title = body.TryGetProperty("name", out var given) ? given.GetString() ?? name : name;
        if (system.AddAccount(name, title) is not { } account)
            return Error(409, $"There is an account {name} already.");
        if (body.TryGetProperty("seed", out var seed) && seed.ValueKind == JsonValueKind.True)
            SimSeed.Load(account, system.Definition.SeedResource);
        return SimJson.Of(201, new { account.Slug, account.Name });
    }

    /// <summary>Gives out tokens without the sign-in page.</summary>
    private static async Task<IResult> AddTokensAsync(SimSystem system, HttpRequest request)
    {
        var asked = request.ContentLength is null or 0 ? new TokenRequest() : (await SimJson.ReadAsync(request))?.Deserialize<TokenRequest>(SimJson.Options);
        if (asked is null || !system.TryAccount(asked.Account, out _) || SimSystem.Users.All(user => user.Key != asked.User))
            return Error(400, "An existing account and the user admin or member are required.");
        var life = TimeSpan.FromSeconds(asked.ExpiresIn ?? system.Settings.AccessTokenSeconds);
        var access = system.Tokens.Issue(SimGrantKind.Access, asked.Account, asked.User, asked.Scope, life);
        var refresh = system.Tokens.Issue(SimGrantKind.Refresh, asked.Account, asked.User, asked.Scope, TimeSpan.FromSeconds(system.Settings.RefreshTokenSeconds), access.Family);
        return SimJson.Of(201, new { AccessToken = access.Token, RefreshToken = refresh.Token, ExpiresIn = (int)life.TotalSeconds });
    }

    private static SimJson Revoked(SimSystem system, params SimGrantKind[] kinds) => SimJson.Of(200, new { Revoked = system.Tokens.Revoke(kinds) });

    private static IResult WithAccount(SimSystem system, string? account, Func<SimAccount, IResult> act) =>
        system.TryAccount(account ?? SimSystem.FirstAccount, out var found) ? act(found) : Error(404, $"There is no account {account}.");

    private static IResult WithKind(SimSystem system, string? account, string kind, Func<SimAccount, SimKind, IResult> act) =>
        system.Kind(kind) is { } found ? WithAccount(system, account, of => act(of, found)) : Error(404, $"There is no kind {kind}.");

    private static async Task<IResult> WithBody(
        SimSystem system, string? account, string kind, HttpRequest request, Func<SimAccount, SimKind, JsonElement, IResult> act) =>
        await SimJson.ReadAsync(request) is { } body
            ? WithKind(system, account, kind, (found, of) => act(found, of, body))
            : Error(400, "The body is not JSON.");

    private static SimJson NoRecord() => Error(404, "There is no such record.");

    private static SimJson Refused(IReadOnlyList<SimProblem> problems) =>
        SimJson.Of(400, new { Message = string.Join(" ", problems.Select(problem => problem.Message)), Errors = problems });

    private static SimJson Error(int status, string message) => SimJson.Of(status, new { Message = message });

    private sealed record TokenRequest
    {
        public string Account { get; init; } = SimSystem.FirstAccount;

        public string User { get; init; } = "admin";

        public string Scope { get; init; } = SimTokens.FullScope;

        public int? ExpiresIn { get; init; }
    }
}
