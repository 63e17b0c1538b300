using Microsoft.AspNetCore.Http;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>Keeps the host's own addresses: another key of this host is told apart from none.</summary>
internal sealed class KeyGuard(HostKeys keys)
{
    /// <summary>Lets a request pass that has the master key.</summary>
    /// <param name="action">Answers it.</param>
    /// <param name="system">The system key that is enough too.</param>
    public RequestDelegate Only(RequestDelegate action, string? system = null) => context =>
    {
        switch (keys.Identify(HostKeys.KeyOf(context.Request), system: system))
        {
            case KeyKind.Master or KeyKind.System:
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
