using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>The <c>customHeaders</c> of host.json: they are part of every answer, whatever became of the request.</summary>
internal static class CustomHeaders
{
    public static Task AddAsync(HttpContext context, RequestDelegate next)
    {
        var headers = context.RequestServices.GetRequiredService<HostJson>().Http.GetSection("customHeaders").GetChildren().ToList();
        if (headers.Count > 0)
        {
            context.Response.OnStarting(() =>
            {
                foreach (var header in headers) context.Response.Headers[header.Key] = header.Value;
                return Task.CompletedTask;
            });
        }

        return next(context);
    }
}
