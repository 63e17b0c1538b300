using System.Net;
using Microsoft.AspNetCore.Http;
using SyncFunctions.App.Settings;

namespace SyncFunctions.App.Access;

/// <summary>
/// The address that a request came from: the connection's, or what the front end of Azure has added to a header. Of several in the
/// header only the last is its word; whatever stands before came with the request.
/// </summary>
public sealed class ClientAddress(AppSettings settings)
{
    /// <summary>Always the same for the same client: a socket for both families shows addresses of the older one as such of the newer.</summary>
    public IPAddress? Of(HttpRequest request) => Sent(request) is { IsIPv4MappedToIPv6: true } mapped ? mapped.MapToIPv4() : Sent(request);

    private IPAddress? Sent(HttpRequest request)
    {
        if (settings.ClientAddressHeader is not { } header) return request.HttpContext.Connection.RemoteIpAddress;
        var last = request.Headers[header].ToString().Split(',')[^1].Trim();
        return IPAddress.TryParse(last, out var address) ? address : IPEndPoint.TryParse(last, out var withPort) ? withPort.Address : null;
    }
}
