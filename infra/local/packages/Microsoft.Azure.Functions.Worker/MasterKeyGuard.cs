using Microsoft.AspNetCore.Http;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>Lets a request pass that has the master key; another key of this host is told apart from none.</summary>
internal sealed class MasterKeyGuard(HostKeys keys)
{
    public RequestDelegate Only(RequestDelegate action) => context =>
    {
        switch (keys.Identify(HostKeys.KeyOf(context.Request)))
        {
            case KeyKind.Master:
                return action(context);
            case KeyKind.None:
                context.Response.StatusCode = StatusCodes.Status401Unauthorized;
                context.Response.Headers.WWWAuthenticate = "Bearer";
                return Task.CompletedTask;
            default:
                context.Response.StatusCode = StatusCodes.Status403Forbidden;
                return Task.CompletedTask;
        }
    };
}
