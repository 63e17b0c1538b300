using Microsoft.AspNetCore.Http;
using SyncFunctions.App.Connect;
using SyncFunctions.State;

namespace SyncFunctions.App.Access;

/// <summary>What a browser keeps of a session: whose it is, and a random token. Pages of other sites can't have it sent.</summary>
public static class SessionCookie
{
    private const char Separator = '.';

    /// <summary>The prefix makes browsers refuse the cookie from anywhere but this host over https.</summary>
    public static string Name(bool secure) => secure ? "__Host-sync-session" : "sync-session";

    public static void Set(HttpRequest request, PublicAddress address, PersonId person, string token, TimeSpan lifetime)
    {
        var secure = address.IsSecure(request);
        request.HttpContext.Response.Cookies.Append(Name(secure), $"{person}{Separator}{token}", Options(secure, lifetime));
    }

    public static void Clear(HttpRequest request, PublicAddress address)
    {
        var secure = address.IsSecure(request);
        request.HttpContext.Response.Cookies.Append(Name(secure), "", Options(secure, TimeSpan.Zero));
    }

    public static bool TryGet(HttpRequest request, PublicAddress address, out PersonId person, out string token)
    {
        var parts = (request.Cookies[Name(address.IsSecure(request))] ?? "").Split(Separator);
        token = parts.Length == 2 ? parts[1] : "";
        return PersonId.TryParse(parts[0], out person) && token.Length > 0;
    }

    private static CookieOptions Options(bool secure, TimeSpan lifetime) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = secure,
        Path = "/",
        MaxAge = lifetime,
        IsEssential = true,
    };
}
