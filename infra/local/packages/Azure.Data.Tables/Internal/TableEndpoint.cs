using System.Web;

namespace Azure.Data.Tables;

/// <summary>The parts of a table service address: "https://ACCOUNT.host/TABLE?SAS", or "http://127.0.0.1:10002/ACCOUNT/TABLE?SAS" of an emulator.</summary>
internal sealed record TableEndpoint(Uri Service, string? Account, string? Table, string Sas)
{
    public static TableEndpoint Parse(Uri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        var segments = uri.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var accountIsInPath = uri.IsLoopback || uri.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6;
        var account = accountIsInPath ? segments.ElementAtOrDefault(0) : uri.Host.Split('.')[0];
        var table = segments.ElementAtOrDefault(accountIsInPath ? 1 : 0);
        var sas = uri.Query.TrimStart('?');
        return new TableEndpoint(
            new Uri(uri.GetLeftPart(UriPartial.Authority) + (accountIsInPath ? $"/{account}" : "")),
            account,
            table ?? HttpUtility.ParseQueryString(sas)["tn"],
            sas);
    }

    /// <summary>A signature is a secret: it is sent in clear only to this machine.</summary>
    public static void RequireSafeTransport(TableEndpoint endpoint)
    {
        if (endpoint.Service.Scheme != Uri.UriSchemeHttps && !endpoint.Service.IsLoopback)
            throw new ArgumentException("Cannot use a SAS token credential without HTTPS.", nameof(endpoint));
    }
}
