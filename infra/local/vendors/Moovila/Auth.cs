using Microsoft.AspNetCore.Routing;

namespace SyncFunctions.Vendors.Moovila;

/// <summary>OAuth 2.1: codes with PKCE, refresh tokens that are good for one refresh and give a thief away.</summary>
internal static class Auth
{
    /// <summary>A refresh that comes again so soon is one whose answer was lost.</summary>
    private static readonly TimeSpan RepeatedWithin = TimeSpan.FromSeconds(30);

    public static string? Token(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        return header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? header["Bearer ".Length..].Trim() : null;
    }

    public static void Map(IEndpointRouteBuilder routes, SimSystem system)
    {
        new SimConsent(system, Problem)
        {
            Scope = asked => (asked ?? "read write").Split(' ').Contains("write") ? SimTokens.FullScope : "read",
        }.Map(routes, "oauth/authorize");
        routes.MapPost("oauth/token", (HttpRequest request) => TokenAsync(system, request));
    }

    private static string? Problem(Func<string, string?> field)
    {
        if (field("code_challenge_method") != "S256" || field("code_challenge") is not { Length: 43 })
            return "A code_challenge of the method S256 is required.";
        if (string.IsNullOrEmpty(field("state")))
            return "state is required.";
        return (field("scope") ?? "read").Split(' ').All(scope => scope is "read" or "write") ? null : "scope must be read, or read write.";
    }

    private static async Task<IResult> TokenAsync(SimSystem system, HttpRequest request)
    {
        if (!request.HasFormContentType)
            return Refused(400, "invalid_request", "The body must be a form.");
        var form = await request.ReadFormAsync();
        if (form["client_id"] != system.Options.ApplicationKey || form["client_secret"] != system.Options.ApplicationSecret)
            return Refused(401, "invalid_client", "The client id or secret is wrong.");
        lock (system.Tokens)
            return system.Tokens.Redeem(form, RepeatedWithin, out var error, out var message) is { } grant ? Issue(system, grant) : Refused(400, error, message);
    }

    private static IResult Issue(SimSystem system, SimGrant grant)
    {
        system.Tokens.Use(grant);
        var access = system.Tokens.Issue(SimGrantKind.Access, grant.Account, grant.User, grant.Scope, TimeSpan.FromSeconds(system.Settings.AccessTokenSeconds), grant.Family);
        var refresh = system.Tokens.Issue(SimGrantKind.Refresh, grant.Account, grant.User, grant.Scope, TimeSpan.FromSeconds(system.Settings.RefreshTokenSeconds), grant.Family);
        return Answer(200, new Dictionary<string, object>
        {
            ["access_token"] = access.Token,
            ["token_type"] = "Bearer",
            ["expires_in"] = system.Settings.AccessTokenSeconds,
            ["refresh_token"] = refresh.Token,
            ["scope"] = grant.Scope == SimTokens.FullScope ? "read write" : "read",
        });
    }

    private static IResult Refused(int status, string error, string message) =>
        Answer(status, new Dictionary<string, object> { ["error"] = error, ["error_description"] = message });

    private static IResult Answer(int status, Dictionary<string, object> body) => new SimHeaders(SimJson.Of(status, body), ("Cache-Control", "no-store"));
}
