using System.Text.Json.Serialization;
using Microsoft.Extensions.Primitives;

namespace Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Http;

/// <summary>An HTTP request that the engine sends for an orchestrator.</summary>
public class DurableHttpRequest(HttpMethod method, Uri uri)
{
    /// <summary>The method.</summary>
    [JsonPropertyName("method")]
    [JsonConverter(typeof(HttpMethodConverter))]
    public HttpMethod Method { get; } = method;

    /// <summary>The address.</summary>
    [JsonPropertyName("uri")]
    public Uri Uri { get; } = uri;

    /// <summary>Headers, the content's type among them.</summary>
    [JsonPropertyName("headers")]
    [JsonConverter(typeof(HttpHeadersConverter))]
    public IDictionary<string, StringValues>? Headers { get; set; }

    /// <summary>The content; plain text where no header says otherwise.</summary>
    [JsonPropertyName("content")]
    public string? Content { get; set; }

    /// <summary>Whether an answer of 202 with a location is followed, with durable pauses, until there is another answer.</summary>
    [JsonPropertyName("asynchronousPatternEnabled")]
    public bool AsynchronousPatternEnabled { get; set; }

    /// <summary>When the request is sent again; null: never.</summary>
    [JsonPropertyName("retryOptions")]
    public HttpRetryOptions? HttpRetryOptions { get; set; }

    /// <summary>How long one request may take; null: 100 seconds.</summary>
    [JsonPropertyName("timeout")]
    public TimeSpan? Timeout { get; set; }
}
