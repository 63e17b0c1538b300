using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.WebUtilities;

namespace SyncFunctions.Vendors.Moovila;

/// <summary>OAuth 2.1: codes with PKCE, refresh tokens that are good for one refresh and give a thief away.</summary>
internal static class Auth
{
    private static readonly TimeSpan CodeLife = TimeSpan.FromMinutes(5);

    /// <summary>A refresh that comes again so soon is one whose answer was lost.</summary>
    private static readonly TimeSpan RepeatedWithin = TimeSpan.FromSeconds(30);

    private static readonly string[] Kept = ["response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method"];

    public static string? Token(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        return header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? header["Bearer ".Length..].Trim() : null;
    }

    public static void Map(IEndpointRouteBuilder routes, SimSystem system)
    {
        routes.MapGet("oauth/authorize", (HttpRequest request) => Ask(system, request.Query));
        routes.MapPost("oauth/authorize", (HttpRequest request) => AnswerAsync(system, request));
        routes.MapPost("oauth/token", (HttpRequest request) => TokenAsync(system, request));
    }

    private static IResult Ask(SimSystem system, IQueryCollection query)
    {
        if (Problem(system, name => query[name]) is { } problem)
            return SimPages.Refused(system, problem);
        return SimPages.Consent(system, Kept.Where(query.ContainsKey).ToDictionary(name => name, name => query[name].ToString()), "account", account: null);
    }

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
        {
            answer["error"] = "access_denied";
        }
        else
        {
            var scope = (Field("scope") ?? "read write").Split(' ').Contains("write") ? SimTokens.FullScope : "read";
            answer["code"] = system.Tokens.Issue(SimGrantKind.Code, account, user, scope, CodeLife, proof: Proof(Field("redirect_uri"), Field("code_challenge"))).Token;
        }

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

        var challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString())));
        if (code.Proof != Proof(form["redirect_uri"], challenge))
            return Refused(400, "invalid_grant", "The code belongs to another redirect_uri or code_verifier.");
        return Issue(system, code);
    }

    private static IResult Refresh(SimSystem system, IFormCollection form)
    {
        if (system.Tokens.Find(SimGrantKind.Refresh, form["refresh_token"].ToString()) is not { } refresh)
            return Refused(400, "invalid_grant", "The refresh token is unknown or has expired.");
        if (refresh.UsedAt is { } used && system.Now - used > RepeatedWithin)
        {
            system.Tokens.EndFamily(refresh.Family);
            return Refused(400, "invalid_grant", "The refresh token was used before.");
        }

        return Issue(system, refresh);
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

    private static string Proof(string? redirect, string? challenge) => $"{redirect} {challenge}";

    private static IResult Refused(int status, string error, string message) =>
        Answer(status, new Dictionary<string, object> { ["error"] = error, ["error_description"] = message });

    private static IResult Answer(int status, Dictionary<string, object> body) => new SimHeaders(SimJson.Of(status, body), ("Cache-Control", "no-store"));
}
