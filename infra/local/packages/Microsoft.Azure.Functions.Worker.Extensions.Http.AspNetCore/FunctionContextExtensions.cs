using Microsoft.AspNetCore.Http;

namespace Microsoft.Azure.Functions.Worker;

public static class FunctionContextExtensions
{
    internal const string HttpContextItem = "HttpRequestContext";

    public static HttpContext? GetHttpContext(this FunctionContext context)
        => context.Items.TryGetValue(HttpContextItem, out var item) ? item as HttpContext : null;
}
