using Microsoft.AspNetCore.Routing;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>Adds addresses to the web server of the host, such as the management addresses of an extension. Registered as a singleton.</summary>
internal interface IHostEndpoints
{
    void Map(IEndpointRouteBuilder endpoints);
}
