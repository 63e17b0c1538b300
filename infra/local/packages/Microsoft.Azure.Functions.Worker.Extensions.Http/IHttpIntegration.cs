using Microsoft.AspNetCore.Http;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>How a function sees a request, and how what it returned becomes the answer.</summary>
internal interface IHttpIntegration
{
    /// <summary>Before the run.</summary>
    Task ReadAsync(HttpContext http);

    /// <summary>At its start, on the context that all middleware will see.</summary>
    void Prepare(HttpContext http, FunctionContext context);

    /// <summary>After the run and all its middleware.</summary>
    Task WriteAsync(HttpContext http, FunctionContext context);
}
