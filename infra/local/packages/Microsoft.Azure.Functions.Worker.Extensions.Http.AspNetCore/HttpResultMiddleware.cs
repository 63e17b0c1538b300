using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>Writes what an HTTP function returned to the response. Anything but a result type leaves an empty 200.</summary>
internal sealed class HttpResultMiddleware : IFunctionsWorkerMiddleware
{
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        await next(context);
        if (context.GetHttpContext() is not { } http) return;
        if (await TryWriteAsync(context.GetInvocationResult().Value, http)) return;
        var member = context.GetOutputBindings<object>().FirstOrDefault(output => output.BindingType == "http");
        await TryWriteAsync(member?.Value, http);
    }

    private static async Task<bool> TryWriteAsync(object? value, HttpContext http)
    {
        switch (value)
        {
            case IActionResult result:
                await result.ExecuteResultAsync(new ActionContext(http, http.GetRouteData(), new ActionDescriptor()));
                return true;
            case IResult result:
                await result.ExecuteAsync(http);
                return true;
            default:
                return false;
        }
    }
}
