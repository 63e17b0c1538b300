using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>The outermost handler of a request: whatever goes wrong inside, the caller sees an empty 500.</summary>
internal static partial class RequestGuard
{
    /// <summary>The genuine host's own limit; the worker's lower one is the server's default.</summary>
    public const long MaxBody = 104_857_600;

    private static readonly object FailedItem = new();

    public static async Task RunAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            if (context.Request.ContentLength > MaxBody) context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            else await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller has left: nobody waits for an answer.
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            var log = context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger("Host.Http");
            Log.Unhandled(log, exception, context.Request.Method, Route(context));
            Fail(context);
        }
    }

    /// <summary>
    /// Turns the answer into an empty 500. Once a part of it is gone there is nothing to do but to let the exception out: the server
    /// then closes the connection before the end of the body.
    /// </summary>
    public static void Fail(HttpContext context)
    {
        context.Items[FailedItem] = true;
        context.Response.Clear();
        context.Response.StatusCode = StatusCodes.Status500InternalServerError;
    }

    /// <summary>Whether the answer was replaced, so that nothing of the function's own may be added to it.</summary>
    public static bool HasFailed(HttpContext context) => context.Items.ContainsKey(FailedItem);

    /// <summary>As the function has it: a path may hold a secret of the caller's.</summary>
    private static string Route(HttpContext context) => (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "no route";

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "An unhandled host error has occurred at {Method} {Route}.")]
        public static partial void Unhandled(ILogger logger, Exception exception, string method, string route);
    }
}
