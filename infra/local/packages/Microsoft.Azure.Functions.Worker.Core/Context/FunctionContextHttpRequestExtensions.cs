using Microsoft.Azure.Functions.Worker.Http;

namespace Microsoft.Azure.Functions.Worker;

public static class FunctionContextHttpRequestExtensions
{
    public static ValueTask<HttpRequestData?> GetHttpRequestDataAsync(this FunctionContext context)
        => context.Features.Get<IHttpRequestDataFeature>() is { } feature
            ? feature.GetHttpRequestDataAsync(context)
            : ValueTask.FromResult<HttpRequestData?>(null);

    public static HttpResponseData? GetHttpResponseData(this FunctionContext context)
        => context.GetInvocationResult().Value as HttpResponseData ?? context.GetOutputBindings<HttpResponseData>().FirstOrDefault()?.Value;
}
