using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Routing;

namespace SyncFunctions.Vendors.Salesforce;

/// <summary>The web server flow, with PKCE for who begins it so. Nothing says when a session ends.</summary>
internal static class Auth
{
    private const string Root = "services/oauth2";

    public static string? Token(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        return header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) || header.StartsWith("OAuth ", StringComparison.OrdinalIgnoreCase)
            ? header[(header.IndexOf(' ') + 1)..].Trim()
            : null;
    }

    public static void Map(IEndpointRouteBuilder routes, SimSystem system)
    {
        new SimConsent(system, Problem) { CodeLife = TimeSpan.FromMinutes(15), DeniedBecause = "end-user denied authorization" }.Map(routes, $"{Root}/authorize");
        routes.MapPost($"{Root}/token", (HttpRequest request) => TokenAsync(system, request));
        routes.MapPost($"{Root}/revoke", (HttpRequest request) => RevokeAsync(system, request));
        routes.MapGet($"{Root}/userinfo", (HttpRequest request) => UserInfo(system, request));
    }

    private static string? Problem(Func<string, string?> field) =>
        field("code_challenge") is null || field("code_challenge_method") == "S256" ? null : "error=invalid_request: the code_challenge_method must be S256";

    private static async Task<IResult> TokenAsync(SimSystem system, HttpRequest request)
    {
        if (!request.HasFormContentType)
            return Errors.Oauth("invalid_request", "the body must be a form");
        var form = await request.ReadFormAsync();
        if (form["client_id"] != system.Options.ApplicationKey)
            return Errors.Oauth("invalid_client_id", "client identifier invalid");
        if (form["client_secret"] != system.Options.ApplicationSecret)
            return Errors.Oauth("invalid_client", "invalid client credentials");
        return form["grant_type"].ToString() switch
        {
            "authorization_code" => Exchange(system, request, form),
            "refresh_token" => Refresh(system, request, form),
            _ => Errors.Oauth("unsupported_grant_type", "grant type not supported"),
        };
    }

    private static SimJson Exchange(SimSystem system, HttpRequest request, IFormCollection form)
    {
        if (system.Tokens.Take(SimGrantKind.Code, form["code"].ToString()) is not { } code)
            return Errors.Oauth("invalid_grant", "expired authorization code");
        return SimConsent.Proves(form, code) ? Issue(system, request, code, Fresh(system, code)) : Errors.Oauth("invalid_grant", "invalid code verifier or redirect_uri");
    }

    private static SimJson Refresh(SimSystem system, HttpRequest request, IFormCollection form)
    {
        var given = form["refresh_token"].ToString();
        var rotates = system.Settings.Switches[Vendor.Rotation];
        return (rotates ? system.Tokens.Take(SimGrantKind.Refresh, given) : system.Tokens.Find(SimGrantKind.Refresh, given)) is { } old
            ? Issue(system, request, old, rotates ? Fresh(system, old) : null)
            : Errors.Oauth("invalid_grant", "expired access/refresh token");
    }

    private static SimGrant Fresh(SimSystem system, SimGrant grant) =>
        system.Tokens.Issue(SimGrantKind.Refresh, grant.Account, grant.User, grant.Scope, TimeSpan.FromSeconds(system.Settings.RefreshTokenSeconds), grant.Family);

    private static SimJson Issue(SimSystem system, HttpRequest request, SimGrant grant, SimGrant? refresh)
    {
        var access = system.Tokens.Issue(SimGrantKind.Access, grant.Account, grant.User, grant.Scope, TimeSpan.FromSeconds(system.Settings.AccessTokenSeconds), grant.Family);
        var root = RootOf(system, request);
        var answer = new Dictionary<string, string>
        {
            ["access_token"] = access.Token,
            ["signature"] = Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(system.Options.ApplicationSecret), Encoding.UTF8.GetBytes(access.Token))),
            ["scope"] = "refresh_token openid api",
            ["instance_url"] = root,
            ["id"] = $"{root}/id/{Kinds.OrgId(grant.Account)}/{Kinds.UserId(grant.User)}",
            ["token_type"] = "Bearer",
            ["issued_at"] = system.Now.ToUnixTimeMilliseconds().ToString(),
        };
        if (refresh is not null)
            answer["refresh_token"] = refresh.Token;
        return SimJson.Of(200, answer);
    }

    private static async Task<IResult> RevokeAsync(SimSystem system, HttpRequest request)
    {
        var token = request.HasFormContentType ? (await request.ReadFormAsync())["token"].ToString() : "";
        if (system.Tokens.All.FirstOrDefault(grant => grant.Token == token) is not { } grant)
            return Errors.Oauth("unsupported_token_type", "this token type is not supported");
        system.Tokens.EndFamily(grant.Family);
        return Results.Ok();
    }

    private static IResult UserInfo(SimSystem system, HttpRequest request)
    {
        if (Token(request) is not { } token || system.Tokens.Caller(token) is not { } caller)
            return Results.Text("Bad_OAuth_Token", statusCode: 403);
        var (root, account) = (RootOf(system, request), caller.Account.Slug);
        return SimJson.Of(200, new Dictionary<string, object>
        {
            ["sub"] = $"{root}/id/{Kinds.OrgId(account)}/{Kinds.UserId(caller.User.Key)}",
            ["user_id"] = Kinds.UserId(caller.User.Key),
            ["organization_id"] = Kinds.OrgId(account),
            ["preferred_username"] = caller.User.Email(account),
            ["name"] = caller.User.Name,
            ["email"] = caller.User.Email(account),
            ["email_verified"] = true,
            ["urls"] = new Dictionary<string, string> { ["rest"] = $"{root}/services/data/v{{version}}/" },
        });
    }

    private static string RootOf(SimSystem system, HttpRequest request) => $"{request.Scheme}://{request.Host}/{system.Definition.Name}";
}
