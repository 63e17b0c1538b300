using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace SyncFunctions.App.Access;

/// <summary>
/// The address that a request came from: the connection's, or what the front end of Azure has added to a header. Of several in the
/// header only the last is its word; whatever stands before came with the request.
/// </summary>
public sealed class ClientAddress(IConfiguration configuration)
{
    private const string Setting = "ClientAddress:Header";
    private const string AzureHost = "WEBSITE_HOSTNAME";
    private const string AzureHeader = "X-Forwarded-For";

    private readonly string? _header = configuration[Setting] is { Length: > 0 } header ? header : configuration[AzureHost] is { Length: > 0 } ? AzureHeader : null;

    public IPAddress? Of(HttpRequest request)
    {
        if (_header is null) return request.HttpContext.Connection.RemoteIpAddress;
        var last = request.Headers[_header].ToString().Split(',')[^1].Trim();
        return IPAddress.TryParse(last, out var address) ? address : IPEndPoint.TryParse(last, out var withPort) ? withPort.Address : null;
    }
}
