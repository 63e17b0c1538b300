using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.AspNetCore.Routing;

namespace SyncFunctions.Vendors.Mailchimp;

/// <summary>Codes without PKCE for tokens without an end, the data centre of an account, keys; and ten calls at a time.</summary>
internal static class Auth
{
    public const string Key = "mailchimp-static-key-us1";

    public const string DataCentre = "us1";

    private const int AtOnce = 10;
    private static readonly ConditionalWeakTable<SimAccount, StrongBox<int>> UnderWay = [];

    public static void Map(IEndpointRouteBuilder routes, SimSystem system)
    {
        new SimConsent(system, _ => null) { CodeLife = TimeSpan.FromMinutes(10) }.Map(routes, "oauth2/authorize");
        routes.MapPost("oauth2/token", (HttpRequest request) => TokenAsync(system, request));
        routes.MapGet("oauth2/metadata", (HttpContext http) => Metadata(http)).Guard(system, Token);
    }

    /// <summary>A bearer token, or a key as the password of anybody.</summary>
    public static string? Token(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        if (header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
            return header["Bearer ".Length..].Trim();
        var bytes = new byte[header.Length];
        return header.StartsWith("Basic ", StringComparison.Ordinal) && Convert.TryFromBase64String(header["Basic ".Length..], bytes, out var length)
            && Encoding.UTF8.GetString(bytes, 0, length).Split(':', 2) is [_, var key] ? key : null;
    }

    /// <summary>No header says how many calls are left, nor how long to wait.</summary>
    public static RouteGroupBuilder Limit(this RouteGroupBuilder routes, SimSystem system) => routes.AddEndpointFilter(async (context, next) =>
    {
        if (system.Settings.Switches[Vendor.EdgeRefuses])
            return Results.Content("<html><body><h1>Access Denied</h1></body></html>", "text/html", statusCode: 403);
        if (Token(context.HttpContext.Request) is not { } token || system.Tokens.Caller(token) is not { } caller)
            return await next(context);
        var underWay = UnderWay.GetOrCreateValue(caller.Account);
        try
        {
            return Interlocked.Increment(ref underWay.Value) <= AtOnce
                ? await next(context)
                : Problem.Of(429, "You have exceeded the limit of 10 simultaneous connections.");
        }
        finally
        {
            Interlocked.Decrement(ref underWay.Value);
        }
    });

    private static async Task<IResult> TokenAsync(SimSystem system, HttpRequest request)
    {
        if (!request.HasFormContentType)
            return Refused("invalid_request", "The body must be a form.");
        var form = await request.ReadFormAsync();
        if (form["client_id"] != system.Options.ApplicationKey || form["client_secret"] != system.Options.ApplicationSecret)
            return Refused("invalid_client", "The client id or secret is wrong.");
        if (form["grant_type"] != "authorization_code")
            return Refused("unsupported_grant_type", "grant_type must be authorization_code.");
        if (system.Tokens.Take(SimGrantKind.Code, form["code"].ToString()) is not { } code || !SimConsent.Proves(form, code))
            return Refused("invalid_grant", "The code is unknown, was used, or belongs to another redirect_uri.");
        var access = system.Tokens.Issue(SimGrantKind.Access, code.Account, code.User, code.Scope, TimeSpan.FromSeconds(system.Settings.AccessTokenSeconds), code.Family);
        return SimJson.Of(200, new Dictionary<string, object?> { ["access_token"] = access.Token, ["expires_in"] = 0, ["scope"] = null });
    }

    private static SimJson Refused(string error, string message) => SimJson.Of(400, new Dictionary<string, object> { ["error"] = error, ["error_description"] = message });

    private static SimJson Metadata(HttpContext http)
    {
        var (account, user) = (http.Caller().Account, http.Caller().User);
        return SimJson.Of(200, new Dictionary<string, object?>
        {
            ["dc"] = DataCentre,
            ["role"] = Role(user),
            ["accountname"] = account.Name,
            ["user_id"] = account.Slug,
            ["login"] = new Dictionary<string, object?> { ["email"] = user.Email(account.Slug), ["login_id"] = user.Key, ["login_name"] = user.Name },
            ["login_url"] = $"{http.Request.Scheme}://{http.Request.Host}/{account.System.Definition.Name}",
            ["api_endpoint"] = $"{http.Request.Scheme}://{http.Request.Host}/{account.System.Definition.Name}",
        });
    }

    public static string Role(SimUser user) => user.IsAdmin ? "owner" : "viewer";
}
