using System.Collections.Immutable;

namespace SyncFunctions.Connectors.ConnectWise;

/// <summary>Where a connection's site and its API are.</summary>
internal static class ConnectWiseHosts
{
    /// <summary>The site, ending in a slash; null where the settings name none. A host alone is reached by https.</summary>
    public static Uri? Site(ImmutableDictionary<string, string> settings) => Root(Setting(settings, "site"));

    /// <summary>What opens a record in the browser of somebody who is signed in; it works in every codebase.</summary>
    public static Uri? RecordPage(ImmutableDictionary<string, string> settings, string kind, string id)
    {
        var type = kind switch
        {
            ConnectWiseCatalog.Projects => "ProjectHeaderFV",
            ConnectWiseCatalog.Tickets => "ServiceFV",
            ConnectWiseCatalog.Companies => "CompanyFV",
            ConnectWiseCatalog.Contacts => "ContactFV",
            _ => null,
        };
        return type is not null && Site(settings) is { } site
            ? new Uri(site, $"v4_6_release/services/system_io/router/openrecord.rails?recordType={type}&recid={Uri.EscapeDataString(id)}&companyName={Uri.EscapeDataString(Setting(settings, "companyId"))}")
            : null;
    }

    /// <summary>The host of the API: that of the site, in the cloud with a prefix.</summary>
    public static Uri? Api(ImmutableDictionary<string, string> settings)
    {
        var prefix = Setting(settings, "apiPrefix");
        return Site(settings) is not { } site || !IsCloud(site, settings) || site.Host.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)
            ? Site(settings)
            : new UriBuilder(site) { Host = prefix + site.Host }.Uri;
    }

    /// <summary>Whether an address is one at which this connection's vendor may publish a key.</summary>
    public static bool IsOfVendor(Uri address, ImmutableDictionary<string, string> settings)
    {
        Uri?[] own = [Site(settings), Api(settings), Root(Setting(settings, "apiBase"))];
        return own.Any(root => root is not null && IsSafe(root) && SameHost(root, address))
            || (address.Scheme == Uri.UriSchemeHttps && address.IsDefaultPort && IsCloud(address, settings));
    }

    private static bool IsCloud(Uri address, ImmutableDictionary<string, string> settings) => Setting(settings, "cloudHosts")
        .Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Any(domain => address.Host.EndsWith($".{domain}", StringComparison.OrdinalIgnoreCase));

    private static bool SameHost(Uri root, Uri address) => root.GetLeftPart(UriPartial.Authority) == address.GetLeftPart(UriPartial.Authority);

    private static bool IsSafe(Uri address) => address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback);

    private static Uri? Root(string text)
    {
        if (text.Length == 0)
            return null;
        var whole = text.Contains("://", StringComparison.Ordinal) ? text : $"https://{text}";
        return Uri.TryCreate(whole.EndsWith('/') ? whole : whole + "/", UriKind.Absolute, out var root) ? root : null;
    }

    private static string Setting(ImmutableDictionary<string, string> settings, string name) => ConnectWiseCatalog.Catalog.Setting(settings, name);
}
