using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace SyncFunctions.Host.Tests.Http;

/// <summary>Functions that tell what they see of a request.</summary>
public sealed class ProtocolSamples(Recorder recorder)
{
    [Function("Seen")]
    public IActionResult Seen([HttpTrigger(AuthorizationLevel.Anonymous, Route = "seen/{*rest}")] HttpRequest request, FunctionContext context, string? rest)
        => new ContentResult
        {
            Content = string.Join('|',
                rest ?? "null",
                request.Path,
                request.Scheme,
                request.Host,
                request.ContentLength?.ToString() ?? "null",
                string.Join(';', request.Query.Select(item => $"{item.Key}=[{string.Join(',', item.Value.ToArray())}]")),
                string.Join(';', request.Headers["x-rep"].ToArray()),
                string.Join(';', request.Headers.Cookie.ToArray()),
                string.Join(' ', request.Headers.Keys.Order()),
                request.Headers.TransferEncoding,
                Guid.TryParse(request.Headers["x-ms-invocation-id"], out _),
                context.BindingContext.BindingData["Query"]),
        };

    [Function("Answer")]
    public IActionResult Answer([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "answer")] HttpRequest request)
    {
        var headers = request.HttpContext.Response.Headers;
        headers.Server = "mine";
        headers.CacheControl = "max-age=5";
        headers["X-Two"] = new(["1", "2"]);
        headers.Append("Set-Cookie", "a=1");
        headers.Append("Set-Cookie", "b=2");
        return new OkObjectResult("x");
    }

    [Function("Pieces")]
    public async Task Pieces([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "pieces")] HttpRequest request)
    {
        var response = request.HttpContext.Response;
        response.ContentType = "text/event-stream";
        foreach (var piece in (string[])["one", "two"])
        {
            await response.WriteAsync(piece);
            await response.Body.FlushAsync();
            await recorder.PassGateAsync();
        }
    }

    [Function("ReadAll")]
    public async Task<IActionResult> ReadAll([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "readall")] HttpRequest request)
    {
        using var reader = new StreamReader(request.Body);
        return new OkObjectResult(await reader.ReadToEndAsync());
    }
}
