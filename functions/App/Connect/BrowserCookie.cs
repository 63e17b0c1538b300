using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace SyncFunctions.App.Connect;

/// <summary>
/// Ties a sign-in to the browser that began it. The callback is a navigation that comes from the vendor's site, which sends a
/// cookie that is lax but not one that is strict.
/// </summary>
public static class BrowserCookie
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private const int Length = 43;

    /// <summary>The prefix makes browsers refuse the cookie from anywhere but this host over https.</summary>
    public static string Name(bool secure) => secure ? "__Host-sync-connect" : "sync-connect";

    /// <summary>Two sign-ins that one browser has begun share the cookie, so that neither undoes the other, unless a fresh one is needed.</summary>
    public static string Set(HttpRequest request, HttpResponse response, bool secure, bool fresh)
    {
        var value = (fresh ? null : Get(request, secure)) ?? NewSecret();
        response.Cookies.Append(Name(secure), value, new CookieOptions
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Lax,
            Secure = secure,
            Path = "/",
            MaxAge = Lifetime,
            IsEssential = true,
        });
        return value;
    }

    public static string? Get(HttpRequest request, bool secure) =>
        request.Cookies[Name(secure)] is { Length: Length } value && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') ? value : null;

    /// <summary>256 random bits, fit for addresses.</summary>
    public static string NewSecret() => System.Buffers.Text.Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
}
