using Microsoft.AspNetCore.Http;
using SyncFunctions.App.Connect;
using SyncFunctions.App.Problems;

namespace SyncFunctions.App.Access;

/// <summary>
/// Keeps pages of other sites from doing something as whoever is signed in here. Browsers say where a request comes from; one that
/// says nothing does not get to change anything with a cookie.
/// </summary>
public static class SameOrigin
{
    /// <exception cref="ProblemException">The request changes something and is not known to come from a page of ours.</exception>
    public static void Require(HttpRequest request, PublicAddress address)
    {
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || IsSame(request, address)) return;
        throw new ProblemException(ProblemType.NotAllowed, "The request comes from a page of another site.");
    }

    private static bool IsSame(HttpRequest request, PublicAddress address)
    {
        if (request.Headers.TryGetValue("Sec-Fetch-Site", out var site)) return site == "same-origin";
        return Uri.TryCreate(request.Headers.Origin.ToString(), UriKind.Absolute, out var origin)
            && Uri.Compare(origin, address.Base(request), UriComponents.SchemeAndServer, UriFormat.SafeUnescaped, StringComparison.OrdinalIgnoreCase) == 0;
    }
}
