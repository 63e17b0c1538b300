using Microsoft.AspNetCore.Routing;

namespace SyncFunctions.Vendors.TinyPlus;

/// <summary>OAuth 2.0 implicit grant, and tokens of long life that an administrator copies from a page.</summary>
internal static class Auth
{
    /// <summary>The documents show the bare token; the usual prefix is accepted too.</summary>
    public static string? Token(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        return header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? header["Bearer ".Length..].Trim() : header;
    }

    public static void Map(IEndpointRouteBuilder routes, SimSystem system) =>
        new SimConsent(system, field => field("scope") is null or "" or "read" or SimTokens.FullScope ? null : "scope must be read or readwrite.")
        {
            Implicit = true,
            Scope = asked => asked ?? "read",
        }.Map(routes, "oauth/authorize");
}
