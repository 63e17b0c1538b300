using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Azure.Functions.Worker.Extensions.Http.Converters;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.Extensions.Options;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>
/// The worker without ASP.NET Core: the whole request goes in as <see cref="HttpRequestData"/>, and what comes out is sent as a whole.
/// </summary>
internal sealed class BufferedIntegration(IOptions<WorkerOptions> options) : IHttpIntegration
{
    public async Task ReadAsync(HttpContext http)
    {
        // The worker reads nothing itself here: the limit of the host counts alone.
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = RequestGuard.MaxBody;
        var body = new MemoryStream();
        // As with the genuine host: a body in chunks never reaches the worker this way.
        if (http.Request.ContentLength > 0) await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        body.Position = 0;
        http.Request.Body = body;
    }

    public void Prepare(HttpContext http, FunctionContext context)
    {
        context.Features.Set<IHttpRequestDataFeature>(new RequestFeature(new RequestData(http.Request, context, () => new BufferedResponseData(context))));
        context.Features.Set<IFromBodyConversionFeature>(new BufferedBodyConversion(http.Request));
    }

    public Task WriteAsync(HttpContext http, FunctionContext context)
    {
        var result = context.GetInvocationResult().Value ?? context.GetOutputBindings<object>().FirstOrDefault(output => output.BindingType == "http")?.Value;
        return result switch
        {
            HttpResponseData response => WriteAsync(http.Response, response, http.RequestAborted),
            null => NoContent(http.Response),
            string text => WriteAsync(http.Response, "text/plain; charset=utf-8", BinaryData.FromString(text)),
            byte[] bytes => WriteAsync(http.Response, "application/octet-stream", BinaryData.FromBytes(bytes)),
            // The host says so of JSON too.
            _ => WriteAsync(http.Response, "text/plain; charset=utf-8", BinaryData.FromString(HostText.Of(options.Value.Serializer!.Serialize(result)))),
        };
    }

    private static async Task WriteAsync(HttpResponse target, HttpResponseData response, CancellationToken cancellation)
    {
        target.StatusCode = (int)response.StatusCode;
        foreach (var (name, values) in response.Headers) target.Headers[name] = string.Join(',', values);
        if (response is BufferedResponseData { CookieItems: var cookies })
        {
            foreach (var cookie in cookies) target.Cookies.Append(cookie, SameSiteMode.Unspecified);
        }

        if (!response.Body.CanRead) return;
        if (response.Body.CanSeek) response.Body.Position = 0;
        await response.Body.CopyToAsync(target.Body, cancellation);
    }

    private static Task WriteAsync(HttpResponse target, string contentType, BinaryData body)
    {
        target.ContentType = contentType;
        return target.Body.WriteAsync(body.ToMemory()).AsTask();
    }

    private static Task NoContent(HttpResponse target)
    {
        target.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }
}

/// <summary>Reads the body for a <c>[FromBody]</c> parameter with the serializer of the worker.</summary>
internal sealed class BufferedBodyConversion(HttpRequest request) : IFromBodyConversionFeature
{
    public async ValueTask<object?> ConvertAsync(FunctionContext context, Type targetType)
    {
        var body = await BinaryData.FromStreamAsync(request.Body, context.CancellationToken);
        if (targetType == typeof(string)) return body.ToString();
        if (targetType == typeof(byte[])) return body.ToArray();
        if (targetType == typeof(ReadOnlyMemory<byte>)) return body.ToMemory();
        return await context.Serializer().DeserializeAsync(body.ToStream(), targetType, context.CancellationToken);
    }
}
