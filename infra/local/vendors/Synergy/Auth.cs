using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.WebUtilities;

namespace SyncFunctions.Vendors.Synergy;

/// <summary>The vendor's own sign-in: not RFC 6749, its parameter names and header are custom.</summary>
internal static class Auth
{
    private static readonly TimeSpan CodeLife = TimeSpan.FromMinutes(5);

    /// <summary>The one header for OAuth tokens and static keys alike.</summary>
    public static string? Token(HttpRequest request) => request.Headers["access-token"];

    public static void Map(IEndpointRouteBuilder routes, SimSystem system)
    {
        routes.MapGet("OAuth2/Authorize", (HttpRequest request) => Ask(system, request.Query));
        routes.MapPost("OAuth2/Authorize", (HttpRequest request) => AnswerAsync(system, request));
        routes.MapPost("api/v2/OAuth2/GetAccessToken", (HttpRequest request) =>
            ExchangeAsync(system, request, SimGrantKind.Code, "code", "authorization_code"));
        routes.MapPost("api/v2/OAuth2/RefreshAccessToken", (HttpRequest request) =>
            ExchangeAsync(system, request, SimGrantKind.Refresh, "refreshToken", "refresh_token"));
    }

    private static IResult Ask(SimSystem system, IQueryCollection query)
    {
        if (Problem(system, query["ApplicationKey"], query["RedirectUri"], query["tenant"]) is { } problem)
            return SimPages.Refused(system, problem);
        var hidden = new Dictionary<string, string>
        {
            ["ApplicationKey"] = query["ApplicationKey"]!,
            ["RedirectUri"] = query["RedirectUri"]!,
        };
        // No state parameter is documented; one that is sent comes back, and one inside RedirectUri stays there.
        if (query["state"] is [{ } state])
            hidden["state"] = state;
        return SimPages.Consent(system, hidden, "tenant", query["tenant"]);
    }

    private static async Task<IResult> AnswerAsync(SimSystem system, HttpRequest request)
    {
        if (!request.HasFormContentType)
            return SimPages.Refused(system, "The form is missing.");
        var form = await request.ReadFormAsync();
        string? Field(string name) => form[name] is [{ Length: > 0 } value] ? value : request.Query[name];
        var tenant = Field("tenant") is { Length: > 0 } slug ? slug : SimSystem.FirstAccount;
        var user = Field("user") ?? "admin";
        if (Problem(system, Field("ApplicationKey"), Field("RedirectUri"), tenant) is { } problem)
            return SimPages.Refused(system, problem);
        if (SimSystem.Users.All(known => known.Key != user))
            return SimPages.Refused(system, "There is no such user.");

        var answer = Field("decision") == "deny"
            ? new KeyValuePair<string, string?>("error", "access_denied")
            : new KeyValuePair<string, string?>("code", system.Tokens.Issue(SimGrantKind.Code, tenant, user, SimTokens.FullScope, CodeLife).Token);
        var target = QueryHelpers.AddQueryString(Field("RedirectUri")!, [answer]);
        var hasState = QueryHelpers.ParseQuery(new Uri(target).Query).ContainsKey("state");
        return Results.Redirect(Field("state") is { } state && !hasState ? QueryHelpers.AddQueryString(target, "state", state) : target);
    }

    private static string? Problem(SimSystem system, string? key, string? redirect, string? tenant)
    {
        if (key != system.Options.ApplicationKey)
            return "The application is not registered.";
        if (!Uri.TryCreate(redirect, UriKind.Absolute, out _))
            return "RedirectUri must be an absolute address.";
        return string.IsNullOrEmpty(tenant) || system.TryAccount(tenant, out _) ? null : "There is no such organisation.";
    }

    private static async Task<IResult> ExchangeAsync(SimSystem system, HttpRequest request, SimGrantKind kind, string field, string grantType)
    {
        if (await FieldsAsync(request) is not { } fields)
            return Refused(400, "invalid_request", "The body must be JSON or a form.");
        if (fields.GetValueOrDefault("applicationKey") != system.Options.ApplicationKey
            || fields.GetValueOrDefault("ApplicationSecret") != system.Options.ApplicationSecret)
        {
            return Refused(401, "invalid_client", "The application key or secret is wrong.");
        }

        if (fields.GetValueOrDefault("grant_type") != grantType)
            return Refused(400, "unsupported_grant_type", $"grant_type must be {grantType}.");
        if (fields.GetValueOrDefault(field) is not { Length: > 0 } token)
            return Refused(400, "invalid_request", $"{field} is required.");
        if (system.Tokens.Take(kind, token) is not { } grant)
            return Refused(400, "invalid_grant", $"The {field} is unknown, expired or already used.");

        var access = system.Tokens.Issue(SimGrantKind.Access, grant.Account, grant.User, grant.Scope, TimeSpan.FromSeconds(system.Settings.AccessTokenSeconds));
        var refresh = system.Tokens.Issue(SimGrantKind.Refresh, grant.Account, grant.User, grant.Scope, TimeSpan.FromSeconds(system.Settings.RefreshTokenSeconds));
        return SimJson.Of(200, new Dictionary<string, object>
        {
            ["access_token"] = access.Token,
            ["accessToken"] = access.Token,
            ["refresh_token"] = refresh.Token,
            ["refreshToken"] = refresh.Token,
            ["expires_in"] = system.Settings.AccessTokenSeconds,
            ["expiresIn"] = system.Settings.AccessTokenSeconds,
        });
    }

    private static async Task<Dictionary<string, string>?> FieldsAsync(HttpRequest request)
    {
        if (request.HasFormContentType)
            return (await request.ReadFormAsync()).ToDictionary(field => field.Key, field => field.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        return await SimJson.ReadAsync(request) is { ValueKind: JsonValueKind.Object } body
            ? body.EnumerateObject().ToDictionary(field => field.Name, field => field.Value.ToString(), StringComparer.OrdinalIgnoreCase)
            : null;
    }

    private static SimJson Refused(int status, string error, string message) =>
        SimJson.Of(status, new Dictionary<string, string> { ["error"] = error, ["error_description"] = message, ["message"] = message });
}
