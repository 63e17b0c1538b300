using System.Text;
using Microsoft.AspNetCore.Routing;

namespace SyncFunctions.Vendors.RaisersEdge;

/// <summary>Codes with PKCE, refresh tokens that are good for one refresh, and the subscription key that every call needs.</summary>
internal static class Auth
{
    public const string PrimaryKey = "raisersedge-subscription-key";
    public const string SecondaryKey = "raisersedge-subscription-key-2";

    public static void Map(IEndpointRouteBuilder routes, SimSystem system)
    {
        new SimConsent(system, Problem).Map(routes, "oauth/authorize");
        routes.MapPost("token", (HttpRequest request) => TokenAsync(system, request));
    }

    /// <summary>Token, subscription key, quota and rights, in the vendor's order.</summary>
    public static TBuilder GuardSky<TBuilder>(this TBuilder routes, SimSystem system)
        where TBuilder : IEndpointConventionBuilder =>
        routes.AddEndpointFilter(async (context, next) =>
        {
            var http = context.HttpContext;
            var key = http.Request.Headers["Bb-Api-Subscription-Key"] is [{ Length: > 0 } header] ? header : http.Request.Query["subscription-key"].ToString();
            if (key.Length == 0)
                return KeyRefused("missing");
            if (key != SecondaryKey && (key != PrimaryKey || system.Settings.Switches[Vendor.PrimaryKeyRenewed]))
                return KeyRefused("invalid");
            var given = http.Request.Headers.Authorization.ToString();
            if (!given.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) || system.Tokens.Caller(given["Bearer ".Length..].Trim()) is not { } caller)
                return SimJson.Of(401, new { StatusCode = 401, Message = "The required Authorization header was missing or invalid." });
            if (!caller.Account.TryCall())
                return Vendor.OutOfQuota();
            if (http.GetEndpoint()?.Metadata.GetMetadata<SimRight>() is { } right && !caller.User.IsAdmin)
                return Refused(system, http, $"You do not have the right '{right.Name}'.");
            if (!HttpMethods.IsGet(http.Request.Method) && caller.Scope != SimTokens.FullScope)
                return Refused(system, http, "You may 'read' only.");
            http.Features.Set(caller);
            return await next(context);
        });

    private static IResult Refused(SimSystem system, HttpContext http, string message) => Vendor.Error(403, message, problem: Api.IsProblem(system, http));

    private static SimJson KeyRefused(string how) =>
        SimJson.Of(401, new { StatusCode = 401, Message = $"Access denied due to {how} subscription key." });

    private static string? Problem(Func<string, string?> field) =>
        field("code_challenge") is { Length: > 0 } challenge && (field("code_challenge_method") != "S256" || challenge.Length != 43)
            ? "A code_challenge must be of the method S256."
            : null;

    private static async Task<IResult> TokenAsync(SimSystem system, HttpRequest request)
    {
        if (!request.HasFormContentType)
            return Refused(400, "invalid_request", "The body must be a form.");
        var form = await request.ReadFormAsync();
        var client = $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{system.Options.ApplicationKey}:{system.Options.ApplicationSecret}"))}";
        var inBody = form["client_id"] == system.Options.ApplicationKey && form["client_secret"] == system.Options.ApplicationSecret;
        if (request.Headers.Authorization != client && !inBody)
            return Refused(401, "invalid_client", "The client id or secret is wrong.");
        lock (system.Tokens)
            return system.Tokens.Redeem(form, TimeSpan.Zero, out var error, out var message) is { } grant ? Issue(system, grant) : Refused(400, error, message);
    }

    private static IResult Issue(SimSystem system, SimGrant grant)
    {
        system.Tokens.Use(grant);
        var (settings, tokens) = (system.Settings, system.Tokens);
        var access = tokens.Issue(SimGrantKind.Access, grant.Account, grant.User, grant.Scope, TimeSpan.FromSeconds(settings.AccessTokenSeconds), grant.Family);
        var refresh = tokens.Issue(SimGrantKind.Refresh, grant.Account, grant.User, grant.Scope, TimeSpan.FromSeconds(settings.RefreshTokenSeconds), grant.Family);
        system.TryAccount(grant.Account, out var account);
        return Answer(200, new Dictionary<string, object>
        {
            ["access_token"] = access.Token,
            ["token_type"] = "Bearer",
            ["expires_in"] = settings.AccessTokenSeconds,
            ["refresh_token"] = refresh.Token,
            ["refresh_token_expires_in"] = settings.RefreshTokenSeconds,
            ["environment_id"] = grant.Account,
            ["environment_name"] = account!.Name,
            ["legal_entity_id"] = $"le-{grant.Account}",
            ["legal_entity_name"] = account.Name,
            ["user_id"] = grant.User,
            ["email"] = SimSystem.Users.First(user => user.Key == grant.User).Email(grant.Account),
            ["mode"] = "Full",
        });
    }

    private static IResult Refused(int status, string error, string message) =>
        Answer(status, new Dictionary<string, object> { ["error"] = error, ["error_description"] = message });

    private static SimHeaders Answer(int status, Dictionary<string, object> body) => new(SimJson.Of(status, body), ("Cache-Control", "no-store"));
}
