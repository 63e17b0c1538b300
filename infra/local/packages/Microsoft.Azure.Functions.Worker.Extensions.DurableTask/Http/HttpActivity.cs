using System.Net.Http.Headers;
using Microsoft.Extensions.Primitives;

namespace Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Http;

/// <summary>The activity that sends the HTTP requests of orchestrators. Like any other one it may run twice.</summary>
internal sealed class HttpActivity : IDisposable
{
    /// <summary>No function can have this name.</summary>
    public const string Name = "BuiltIn::HttpActivity";

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) });

    public async Task<DurableHttpResponse> RunAsync(DurableHttpRequest request, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (request.Timeout is { } timeout) limit.CancelAfter(timeout);
        try
        {
            using var message = MessageOf(request);
            using var answer = await _http.SendAsync(message, limit.Token);
            return new DurableHttpResponse(answer.StatusCode)
            {
                Headers = answer.Headers.ToDictionary(header => header.Key, header => new StringValues([.. header.Value]), StringComparer.OrdinalIgnoreCase),
                Content = await answer.Content.ReadAsStringAsync(limit.Token),
            };
        }
        catch (OperationCanceledException exception) when (request.Timeout is not null && !cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"{exception.Message} Reached user specified timeout: {request.Timeout}.", exception);
        }
    }

    public void Dispose() => _http.Dispose();

    private static HttpRequestMessage MessageOf(DurableHttpRequest request)
    {
        var message = new HttpRequestMessage(request.Method, request.Uri);
        var contentType = "text/plain";
        foreach (var (name, values) in request.Headers ?? new Dictionary<string, StringValues>())
        {
            if (name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)) contentType = values.ToString();
            else message.Headers.Add(name, (IEnumerable<string?>)values);
        }

        if (contentType.Contains("multipart", StringComparison.OrdinalIgnoreCase))
            throw new NotSupportedException("Multipart content is not supported with CallHttpAsync.");
        if (request.Content is { } content) message.Content = new StringContent(content) { Headers = { ContentType = MediaTypeHeaderValue.Parse(contentType) } };
        return message;
    }
}
