using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker.Http;

namespace Microsoft.Azure.Functions.Worker.Embedded;

internal static class CookieWriting
{
    /// <param name="unset">What a cookie says that leaves <see cref="SameSite"/> alone.</param>
    public static void Append(this IResponseCookies cookies, IHttpCookie cookie, SameSiteMode unset) => cookies.Append(cookie.Name, cookie.Value, new CookieOptions
    {
        Domain = cookie.Domain,
        Path = cookie.Path,
        Expires = cookie.Expires,
        HttpOnly = cookie.HttpOnly ?? false,
        MaxAge = cookie.MaxAge is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        Secure = cookie.Secure ?? false,
        SameSite = cookie.SameSite switch
        {
            SameSite.Lax => SameSiteMode.Lax,
            SameSite.Strict => SameSiteMode.Strict,
            SameSite.ExplicitNone => SameSiteMode.None,
            _ => unset,
        },
    });

    public static IReadOnlyCollection<IHttpCookie> ToHttpCookies(this IRequestCookieCollection cookies)
        => [.. cookies.Select(cookie => new HttpCookie(cookie.Key, cookie.Value))];
}
