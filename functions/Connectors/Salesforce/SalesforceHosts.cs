using System.Collections.Immutable;

namespace SyncFunctions.Connectors.Salesforce;

/// <summary>Where people sign in, and where an org is. No token goes to an address that is not below one of Salesforce's domains.</summary>
internal static class SalesforceHosts
{
    /// <summary>Hosts at which people of every org sign in, and nobody's data is.</summary>
    private static readonly string[] Shared = ["login", "test", "welcome"];

    /// <summary>Ending in a slash; null where the settings name no host of Salesforce.</summary>
    public static Uri? SignIn(ImmutableDictionary<string, string> settings) => Root(Setting(settings, "authHost"), settings);

    /// <summary>The org that credentials are for: as their sign-in told, or as the settings say.</summary>
    public static Uri? Instance(Credentials credentials, ImmutableDictionary<string, string> settings) =>
        credentials.Kind.Split(' ') is [_, var told] ? Root(told, settings) : Site(settings);

    /// <summary>The org by the settings alone; null where it is known from a sign-in only.</summary>
    public static Uri? Site(ImmutableDictionary<string, string> settings) => Setting(settings, "instanceUrl") is { Length: > 0 } own
        ? Root(own, settings)
        : SignIn(settings) is { } host && !Shared.Contains(host.Host.Split('.')[0], StringComparer.OrdinalIgnoreCase) ? host : null;

    public static Uri? RecordPage(ImmutableDictionary<string, string> settings, string kind, string id) => Site(settings) is { } site
        ? new Uri(site, $"lightning/r/{SalesforceCatalog.ObjectOf(kind)}/{Uri.EscapeDataString(id)}/view")
        : null;

    /// <summary>An address of Salesforce, ending in a slash; a host alone is reached by https. Null for any other.</summary>
    public static Uri? Root(string text, ImmutableDictionary<string, string> settings)
    {
        var whole = text.Contains("://", StringComparison.Ordinal) ? text : $"https://{text}";
        if (!Uri.TryCreate(whole.EndsWith('/') ? whole : whole + "/", UriKind.Absolute, out var root) || !VendorCall.IsPrivate(root) || root.UserInfo.Length > 0)
            return null;
        return root.IsLoopback || (root.IsDefaultPort && IsSalesforce(root.Host, settings)) ? root : null;
    }

    private static bool IsSalesforce(string host, ImmutableDictionary<string, string> settings) => Setting(settings, "domains")
        .Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Any(domain => host.EndsWith($".{domain}", StringComparison.OrdinalIgnoreCase));

    private static string Setting(ImmutableDictionary<string, string> settings, string name) => SalesforceCatalog.Catalog.Setting(settings, name);
}
