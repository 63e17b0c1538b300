using System.Text;
using Microsoft.AspNetCore.Routing;

namespace SyncFunctions.Vendors.ConnectWise;

/// <summary>The look-up of a company's codebase, and what stands before every call: the keys of an API member and the id of a client.</summary>
internal static class Auth
{
    /// <summary>The administrator's; followed by <c>-member</c> it is an ordinary user's. An access token may stand in its place.</summary>
    public const string PublicKey = "connectwise-public-key";

    public const string PrivateKey = "connectwise-private-key";

    /// <summary>Leads to whatever the codebase is.</summary>
    private const string Router = "v4_6_release";

    public static string Codebase(SimSystem system) => system.Settings.Switches[Vendor.Upgraded] ? "v2026_2" : "v2026_1";

    /// <summary>An address of the API that exists now.</summary>
    public static bool IsCodebase(SimSystem system, object? name) => name is string text && (text == Router || text == Codebase(system));

    public static void Map(IEndpointRouteBuilder routes, SimSystem system) =>
        routes.MapGet("login/companyinfo/{company}", (HttpRequest request, string company) => system.TryAccount(company, out var account)
            ? SimJson.Of(200, new Dictionary<string, object?>
            {
                ["CompanyName"] = account.Name,
                ["Codebase"] = Codebase(system) + "/",
                ["VersionCode"] = Codebase(system).Replace('_', '.'),
                ["CompanyID"] = account.Slug,
                ["IsCloud"] = system.Settings.Switches[Vendor.Cloud],
                ["SiteUrl"] = request.Host.Value,
            })
            : Results.Content("null", "application/json"));

    public static TBuilder GuardKeys<TBuilder>(this TBuilder routes, SimSystem system)
        where TBuilder : IEndpointConventionBuilder =>
        routes.AddEndpointFilter(async (context, next) =>
        {
            var http = context.HttpContext;
            if (!IsCodebase(system, http.GetRouteValue("codebase")))
                return system.Definition.Error(404, "The page was not found.");
            if (http.Request.Headers["clientId"] is not [{ Length: > 0 }])
                return system.Definition.Error(403, "A clientId header is required.");
            if (Caller(system, http.Request.Headers.Authorization.ToString()) is not { } caller)
                return system.Definition.Error(system.Settings.Switches[Vendor.Cloud] ? 404 : 401, "The company or its keys were not found.");
            if (!caller.Account.TryCall())
            {
                http.Response.Headers.RetryAfter = "30";
                return system.Definition.Error(429, "");
            }

            if (http.GetEndpoint()?.Metadata.GetMetadata<SimRight>() is { } right && !caller.User.IsAdmin)
                return system.Definition.Error(403, $"The security role of this member lacks '{right.Name}'.");
            var isRead = HttpMethods.IsGet(http.Request.Method) || http.Request.Path.Value!.EndsWith("/search", StringComparison.Ordinal);
            if (!isRead && caller.Scope != SimTokens.FullScope)
                return system.Definition.Error(403, "The security role of this member is 'read' only.");
            http.Features.Set(caller);
            return await next(context);
        });

    private static SimCaller? Caller(SimSystem system, string header)
    {
        if (!header.StartsWith("Basic ", StringComparison.Ordinal))
            return null;
        var bytes = new byte[header.Length];
        if (!Convert.TryFromBase64String(header["Basic ".Length..], bytes, out var length))
            return null;
        if (Encoding.UTF8.GetString(bytes, 0, length).Split('+', 2) is not [var company, var keys] || keys.Split(':') is not [var given, PrivateKey])
            return null;
        var isStatic = given.StartsWith(PublicKey, StringComparison.Ordinal);
        var caller = system.Tokens.Caller(isStatic ? $"{given}.{company}" : given);
        return caller is not null && caller.Account.Slug.Equals(company, StringComparison.OrdinalIgnoreCase) ? caller : null;
    }
}
