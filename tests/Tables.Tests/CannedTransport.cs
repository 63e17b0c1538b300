using System.Collections.Concurrent;
using Azure.Core;
using Azure.Core.Pipeline;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.Tables.Tests;

/// <summary>Answers every request the same and keeps its headers, and its address as "uri".</summary>
internal sealed class CannedTransport(int status, string content) : HttpPipelineTransport
{
    public ConcurrentQueue<IReadOnlyDictionary<string, string>> Requests { get; } = [];

    public override Request CreateRequest() => HttpClientTransport.Shared.CreateRequest();

    public override void Process(HttpMessage message)
    {
        Requests.Enqueue(message.Request.Headers
            .Append(new HttpHeader("uri", message.Request.Uri.ToUri().AbsoluteUri))
            .ToDictionary(header => header.Name, header => header.Value));
        message.Response = new CannedResponse(status, message.Request.ClientRequestId, content);
    }

    public override ValueTask ProcessAsync(HttpMessage message)
    {
        Process(message);
        return ValueTask.CompletedTask;
    }
}
