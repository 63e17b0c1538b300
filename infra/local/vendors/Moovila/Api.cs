using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;

namespace SyncFunctions.Vendors.Moovila;

/// <summary>The paths below <c>v1</c>.</summary>
internal static class Api
{
    private const string Write = "write";
    private const int UnlimitedCalls = 60_000;
    private const int MaxKeyLength = 255;

    public static void Map(IEndpointRouteBuilder routes, SimSystem system)
    {
        var creations = new Creations();
        var v1 = routes.MapGroup("v1").Limit(system).Guard(system, Auth.Token);
        v1.MapGet("account", (HttpContext http) => Account(http.Caller()));
        Endpoints.Map(v1, system);
        foreach (var kind in system.Definition.Kinds.Where(kind => kind.Name != Kinds.Endpoints))
        {
            v1.MapGet(kind.Name, (HttpContext http) => Lists.Page(http.Caller().Account, kind, http.Request.Query));
            v1.MapGet($"{kind.Name}/{{id}}", (HttpContext http, string id) => Get(http, kind, id));
            v1.MapPost(kind.Name, (HttpRequest request) => CreateAsync(request, system, creations, kind)).Needs(Write);
            v1.MapPatch($"{kind.Name}/{{id}}", (HttpRequest request, string id) => UpdateAsync(request, kind, id)).Needs(Write);
            v1.MapDelete($"{kind.Name}/{{id}}", (HttpContext http, string id) => Delete(http, kind, id)).Needs(Write);
        }

        v1.MapFallback("{**rest}", () => Problem.Of(404, "There is no such kind of record."));
    }

    /// <summary>The JSON object of a body of this type; or the answer to one that is none.</summary>
    public static async Task<(JsonElement Body, IResult? Refusal)> BodyAsync(HttpRequest request, string type)
    {
        if (request.ContentType?.Split(';')[0].Trim().Equals(type, StringComparison.OrdinalIgnoreCase) != true)
            return (default, Problem.Of(415, $"The body must be {type}."));
        return await SimJson.ReadAsync(request) is { ValueKind: JsonValueKind.Object } body
            ? (body, null)
            : (default, Problem.Of(400, "The body must be a JSON object."));
    }

    private static SimJson Account(SimCaller caller) => SimJson.Of(200, new
    {
        Id = caller.Account.Slug,
        caller.Account.Name,
        User = new { Id = caller.User.Key, caller.User.Name, Email = caller.User.Email(caller.Account.Slug) },
        Rights = caller.User.IsAdmin && caller.Scope == SimTokens.FullScope ? new[] { "read", Write } : ["read"],
    });

    private static IResult Get(HttpContext http, SimKind kind, string id)
    {
        var account = http.Caller().Account;
        lock (account.Gate)
        {
            if (account.FindVisible([kind.Name], id) is not { } record)
                return Missing(account, kind, id);
            var tag = Tag(account, record);
            return Names(http.Request.Headers.IfNoneMatch.ToString(), tag)
                ? new SimHeaders(Results.StatusCode(304), ("ETag", tag))
                : new SimHeaders(SimJson.Record(200, account, record), ("ETag", tag));
        }
    }

    private static async Task<IResult> CreateAsync(HttpRequest request, SimSystem system, Creations creations, SimKind kind)
    {
        var (body, refusal) = await BodyAsync(request, "application/json");
        if (refusal is not null)
            return refusal;
        var key = request.Headers["Idempotency-Key"].ToString();
        if (key.Length > MaxKeyLength)
            return Problem.Of(400, $"An Idempotency-Key has at most {MaxKeyLength} characters.");
        var account = request.HttpContext.Caller().Account;
        lock (account.Gate)
        {
            var asked = $"{kind.Name} {body}";
            if (key.Length > 0 && creations.Find(account, key) is { } before)
            {
                if (before.RequestHash != Creations.HashOf(asked))
                    return Problem.Of(422, "idempotency-key-reused", "The Idempotency-Key was used for something else.");
                return account.Find([kind.Name], before.RecordId) is { } made ? Made(system, account, made) : Missing(account, kind, before.RecordId);
            }

            if (Strange(kind, body) is { Count: > 0 } strange)
                return Problem.Invalid(strange);
            var outcome = account.Create(kind, body, by: request.HttpContext.Caller().User.Key);
            if (outcome.Record is not { } record)
                return Problem.Invalid(outcome.Problems);
            if (key.Length > 0)
                creations.Note(account, key, asked, record);
            return Made(system, account, record);
        }
    }

    private static async Task<IResult> UpdateAsync(HttpRequest request, SimKind kind, string id)
    {
        var (body, refusal) = await BodyAsync(request, "application/merge-patch+json");
        if (refusal is not null)
            return refusal;
        var account = request.HttpContext.Caller().Account;
        lock (account.Gate)
        {
            if (account.Find([kind.Name], id) is not { } old)
                return Missing(account, kind, id);
            if (IsOtherVersion(request, account, old))
                return Problem.Of(412, "The record has another version by now.");
            if (Strange(kind, body) is { Count: > 0 } strange)
                return Problem.Invalid(strange);
            var outcome = ChangesNothing(kind, old, body) ? new SimOutcome(old, []) : account.Update(kind, id, body, request.HttpContext.Caller().User.Key);
            return outcome.Record is { } record
                ? new SimHeaders(SimJson.Record(200, account, record), ("ETag", Tag(account, record)))
                : Problem.Invalid(outcome.Problems);
        }
    }

    private static IResult Delete(HttpContext http, SimKind kind, string id)
    {
        var account = http.Caller().Account;
        lock (account.Gate)
        {
            if (account.Find([kind.Name], id) is not { } old)
                return Missing(account, kind, id);
            if (IsOtherVersion(http.Request, account, old))
                return Problem.Of(412, "The record has another version by now.");
            account.Delete(kind, id, http.Caller().User.Key);
            return Results.NoContent();
        }
    }

    private static SimHeaders Made(SimSystem system, SimAccount account, SimRecord record) => new(
        SimJson.Record(201, account, record),
        ("ETag", Tag(account, record)),
        ("Location", $"/{system.Definition.Name}/v1/{record.Kind.Name}/{record.Id}"));

    /// <summary>Deleted, or never there; one that reads do not show yet is not deleted.</summary>
    private static IResult Missing(SimAccount account, SimKind kind, string id) => Kinds.WasGiven(account, kind, id) && account.Find([kind.Name], id) is null
        ? Problem.Of(410, "The record was deleted.")
        : Problem.Of(404, "There is no such record.");

    private static string Tag(SimAccount account, SimRecord record) =>
        $"\"{record.Kind.Shape.Value(record.Kind.Shape.Find("version")!, account, record, record.Values)}\"";

    private static bool IsOtherVersion(HttpRequest request, SimAccount account, SimRecord record) =>
        request.Headers.IfMatch.ToString() is { Length: > 0 } asked && !Names(asked, Tag(account, record));

    private static bool Names(string tags, string tag) => tags.Split(',', StringSplitOptions.TrimEntries).Any(given => given == tag || given == "*");

    /// <summary>Fields that the kind does not have, or that are not the caller's to set.</summary>
    private static List<SimProblem> Strange(SimKind kind, JsonElement body) =>
    [
        .. from property in body.EnumerateObject()
           let field = kind.Shape.Fields.FirstOrDefault(field => field.Name == property.Name)
           where field is not { IsStored: true }
           select new SimProblem(property.Name, field is null ? "There is no such field." : "The field cannot be written."),
    ];

    private static bool ChangesNothing(SimKind kind, SimRecord old, JsonElement body)
    {
        var values = (object?[])old.Values.Clone();
        var problems = new List<SimProblem>();
        kind.Shape.Read(body, values, problems);
        return problems.Count == 0 && values.SequenceEqual(old.Values);
    }

    /// <summary>How many calls of a minute are left, on every answer; and none beyond them.</summary>
    private static RouteGroupBuilder Limit(this RouteGroupBuilder routes, SimSystem system)
    {
        var minutes = new ConditionalWeakTable<SimAccount, Minute>();
        return routes.AddEndpointFilter(async (context, next) =>
        {
            var http = context.HttpContext;
            var limit = system.Settings.MinuteLimit ?? UnlimitedCalls;
            var (used, reset) = Auth.Token(http.Request) is { } token && system.Tokens.Caller(token) is { } caller ? minutes.GetOrCreateValue(caller.Account).Count(system.Now) : (0, 60);
            http.Response.Headers["RateLimit-Limit"] = limit.ToString();
            http.Response.Headers["RateLimit-Remaining"] = Math.Max(0, limit - used).ToString();
            http.Response.Headers["RateLimit-Reset"] = reset.ToString();
            return used <= limit ? await next(context) : new SimHeaders(Problem.Of(429, "The calls of this minute are used up."), ("Retry-After", reset.ToString()));
        });
    }

    private sealed class Minute
    {
        private readonly Lock _gate = new();
        private DateTimeOffset _start;
        private int _calls;

        public (int Used, int SecondsLeft) Count(DateTimeOffset now)
        {
            lock (_gate)
            {
                if (now - _start >= TimeSpan.FromMinutes(1) || now < _start)
                    (_start, _calls) = (now, 0);
                return (++_calls, (int)Math.Ceiling((_start.AddMinutes(1) - now).TotalSeconds));
            }
        }
    }
}
