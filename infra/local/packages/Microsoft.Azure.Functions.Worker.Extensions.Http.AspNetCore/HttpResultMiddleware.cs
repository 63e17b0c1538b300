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
        switch (HttpPart(context.GetInvocationResult().Value))
        {
            case IActionResult result:
                await result.ExecuteResultAsync(new ActionContext(http, http.GetRouteData(), new ActionDescriptor()));
                break;
            case IResult result:
                await result.ExecuteAsync(http);
                break;
        }
    }

    private static object? HttpPart(object? value)
    {
        if (value is null or IActionResult or IResult) return value;
        return Array.Find(value.GetType().GetProperties(), property => property.IsDefined(typeof(HttpResultAttribute), inherit: true)) is { } property
            ? property.GetValue(value)
            : value;
    }
}
