namespace SyncFunctions.Vendors;

/// <summary>An answer with headers, of which those that stand there already are left.</summary>
internal sealed class SimHeaders(IResult answer, params (string Name, string Value)[] headers) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        foreach (var (name, value) in headers)
            httpContext.Response.Headers.TryAdd(name, value);
        return answer.ExecuteAsync(httpContext);
    }
}
