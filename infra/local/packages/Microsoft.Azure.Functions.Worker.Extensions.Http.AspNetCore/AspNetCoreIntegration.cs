using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker.Extensions.Http.Converters;
using Microsoft.Azure.Functions.Worker.Http;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>The worker with ASP.NET Core: a function reads and writes the connection itself.</summary>
internal sealed class AspNetCoreIntegration : IHttpIntegration
{
    public Task ReadAsync(HttpContext http)
    {
        WorkerBody.Limit(http);
        return Task.CompletedTask;
    }

    public void Prepare(HttpContext http, FunctionContext context)
    {
        http.RequestServices = context.InstanceServices;
        context.Items[FunctionContextExtensions.HttpContextItem] = http;
        // There is one answer to a request, however often it is asked for.
        var response = new Lazy<ConnectionResponseData>(() => new ConnectionResponseData(http.Response, context));
        context.Features.Set<IHttpRequestDataFeature>(new RequestFeature(new RequestData(http.Request, context, () => response.Value)));
        context.Features.Set<IFromBodyConversionFeature>(new FromBodyConversion(http));
    }

    /// <summary>The results of ASP.NET Core are written by a middleware, so that the app's own may stand around it.</summary>
    public Task WriteAsync(HttpContext http, FunctionContext context) => Task.CompletedTask;
}
