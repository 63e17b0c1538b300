using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.WebUtilities;

namespace SyncFunctions.Vendors.RaisersEdge;

/// <summary>Codes with PKCE, refresh tokens that are good for one refresh, and the subscription key that every call needs.</summary>
internal static class Auth
{
    public const string PrimaryKey = "raisersedge-subscription-key";
    public const string SecondaryKey = "raisersedge-subscription-key-2";

    private static readonly TimeSpan CodeLife = TimeSpan.FromMinutes(5);

    private static readonly string[] Kept = ["response_type", "client_id", "redirect_uri", "state", "code_challenge", "code_challenge_method"];

    public static void Map(IEndpointRouteBuilder routes, SimSystem system)
    {
        routes.MapGet("oauth/authorize", (HttpRequest request) => Ask(system, request.Query));
        routes.MapPost("oauth/authorize", (HttpRequest request) => AnswerAsync(system, request));
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

    private static IResult Ask(SimSystem system, IQueryCollection query) => Problem(system, name => query[name]) is { } problem
        ? SimPages.Refused(system, problem)
        : SimPages.Consent(system, Kept.Where(query.ContainsKey).ToDictionary(name => name, name => query[name].ToString()), "account", account: null);

    private static async Task<IResult> AnswerAsync(SimSystem system, HttpRequest request)
    {
        if (!request.HasFormContentType)
            return SimPages.Refused(system, "The form is missing.");
        var form = await request.ReadFormAsync();
        string? Field(string name) => form[name] is [{ Length: > 0 } value] ? value : request.Query[name];
        if (Problem(system, Field) is { } problem)
            return SimPages.Refused(system, problem);
        var account = Field("account") is { Length: > 0 } slug ? slug : SimSystem.FirstAccount;
        var user = Field("user") ?? "admin";
        if (!system.TryAccount(account, out _) || SimSystem.Users.All(known => known.Key != user))
            return SimPages.Refused(system, "There is no such account or user.");
        var answer = new Dictionary<string, string?> { ["state"] = Field("state") };
        if (Field("decision") == "deny")
            answer["error"] = "access_denied";
        else
            answer["code"] = system.Tokens.Issue(SimGrantKind.Code, account, user, SimTokens.FullScope, CodeLife, proof: Proof(Field("redirect_uri"), Field("code_challenge"))).Token;
        return Results.Redirect(QueryHelpers.AddQueryString(Field("redirect_uri")!, answer));
    }

    private static string? Problem(SimSystem system, Func<string, string?> field)
    {
        if (field("response_type") != "code")
            return "response_type must be code.";
        if (field("client_id") != system.Options.ApplicationKey)
            return "The client_id is not registered.";
        if (!Uri.TryCreate(field("redirect_uri"), UriKind.Absolute, out _))
            return "redirect_uri must be an absolute address.";
        return field("code_challenge") is { Length: > 0 } challenge && (field("code_challenge_method") != "S256" || challenge.Length != 43)
            ? "A code_challenge must be of the method S256."
            : null;
    }

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
        {
            return form["grant_type"].ToString() switch
            {
                "authorization_code" => Exchange(system, form),
                "refresh_token" => Refresh(system, form),
                _ => Refused(400, "unsupported_grant_type", "grant_type must be authorization_code or refresh_token."),
            };
        }
    }

    private static IResult Exchange(SimSystem system, IFormCollection form)
    {
        if (system.Tokens.Find(SimGrantKind.Code, form["code"].ToString()) is not { } code)
            return Refused(400, "invalid_grant", "The code is unknown or has expired.");
        if (code.UsedAt is not null)
        {
            system.Tokens.EndFamily(code.Family);
            return Refused(400, "invalid_grant", "The code was used before.");
        }

        var challenge = form["code_verifier"] is [{ Length: > 0 } verifier] ? Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier))) : null;
        return code.Proof == Proof(form["redirect_uri"], challenge) ? Issue(system, code) : Refused(400, "invalid_grant", "The code belongs to another redirect_uri or code_verifier.");
    }

    private static IResult Refresh(SimSystem system, IFormCollection form)
    {
        if (system.Tokens.Find(SimGrantKind.Refresh, form["refresh_token"].ToString()) is not { } refresh)
            return Refused(400, "invalid_grant", "The refresh token is unknown or has expired.");
        if (refresh.UsedAt is null)
            return Issue(system, refresh);
        system.Tokens.EndFamily(refresh.Family);
        return Refused(400, "invalid_grant", "The refresh token was used before.");
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

    private static string Proof(string? redirect, string? challenge) => $"{redirect} {challenge}";

    private static IResult Refused(int status, string error, string message) =>
        Answer(status, new Dictionary<string, object> { ["error"] = error, ["error_description"] = message });

    private static SimHeaders Answer(int status, Dictionary<string, object> body) => new(SimJson.Of(status, body), ("Cache-Control", "no-store"));
}
