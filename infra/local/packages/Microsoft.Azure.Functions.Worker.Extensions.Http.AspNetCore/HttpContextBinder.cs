using System.Reflection;
using Microsoft.AspNetCore.Http;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>Binds <see cref="HttpContext"/>, and <see cref="HttpRequest"/> where it is not the trigger itself.</summary>
internal sealed class HttpContextBinder : IParameterBinder
{
    public bool CanBind(ParameterInfo parameter)
        => parameter.ParameterType == typeof(HttpContext) || parameter.ParameterType == typeof(HttpRequest);

    public ValueTask<object?> BindAsync(ParameterInfo parameter, FunctionContext context, CancellationToken cancellation)
        => ValueTask.FromResult<object?>(parameter.ParameterType == typeof(HttpContext) ? context.GetHttpContext() : context.GetHttpContext()?.Request);
}
