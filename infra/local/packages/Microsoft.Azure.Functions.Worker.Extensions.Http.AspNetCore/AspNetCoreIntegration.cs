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
        context.Features.Set<IHttpRequestDataFeature>(new RequestFeature(new ConnectionRequestData(http.Request, context)));
        context.Features.Set<IFromBodyConversionFeature>(new FromBodyConversion(http));
    }

    /// <summary>The results of ASP.NET Core are written by a middleware, so that the app's own may stand around it.</summary>
    public Task WriteAsync(HttpContext http, FunctionContext context) => Task.CompletedTask;

    private sealed class RequestFeature(HttpRequestData request) : IHttpRequestDataFeature
    {
        public ValueTask<HttpRequestData?> GetHttpRequestDataAsync(FunctionContext context) => ValueTask.FromResult<HttpRequestData?>(request);
    }
}
