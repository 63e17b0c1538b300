using Azure.Core;
using Azure.Core.Pipeline;

namespace SyncFunctions.Tests.Support;

/// <summary>
/// Tables and queues of one account, in memory, under the real clients: <c>new TableClientOptions { Transport = storage }</c>. It holds
/// what the engine and the queue listener use and answers like the service, a hundred times as fast as the emulator; a test runs
/// the same calls against both.
/// </summary>
/// <param name="time">Says when messages are visible.</param>
public sealed class MemoryStorage(TimeProvider? time = null) : HttpPipelineTransport
{
    /// <summary>Names the account; nothing listens there.</summary>
    public const string ConnectionString =
        "DefaultEndpointsProtocol=http;AccountName=memory;AccountKey=bm9ib2R5IGxpc3RlbnMgaGVyZQ==;"
        + "QueueEndpoint=http://127.0.0.1:1/memory;TableEndpoint=http://127.0.0.1:1/memory;";

    private readonly Lock _gate = new();
    private readonly MemoryTables _tables = new();
    private readonly MemoryQueues _queues = new(time ?? TimeProvider.System);

    /// <inheritdoc/>
    public override Request CreateRequest() => HttpClientTransport.Shared.CreateRequest();

    /// <inheritdoc/>
    public override void Process(HttpMessage message)
    {
        using var body = new MemoryStream();
        message.Request.Content?.WriteTo(body, message.CancellationToken);
        Answer(message, body);
    }

    /// <inheritdoc/>
    public override async ValueTask ProcessAsync(HttpMessage message)
    {
        using var body = new MemoryStream();
        if (message.Request.Content is { } content) await content.WriteToAsync(body, message.CancellationToken);
        // As over a network: nobody goes on before the answer is there.
        await Task.Yield();
        Answer(message, body);
    }

    private void Answer(HttpMessage message, MemoryStream body)
    {
        message.CancellationToken.ThrowIfCancellationRequested();
        var request = message.Request;
        var call = new MemoryCall(request.Method.Method, request.Uri.ToUri(), body.ToArray(), request.Headers.TryGetValue("If-Match", out var match) ? match : null);
        lock (_gate)
        {
            var answer = request.Headers.Contains("DataServiceVersion") ? _tables.Answer(call) : _queues.Answer(call);
            message.Response = new MemoryResponse(answer, request.ClientRequestId);
        }
    }
}

/// <summary>What a client asks.</summary>
internal sealed record MemoryCall(string Method, Uri Uri, byte[] Body, string? IfMatch)
{
    /// <summary>The path below the account, unescaped.</summary>
    public string Path { get; } = Uri.UnescapeDataString(Uri.AbsolutePath[(Uri.AbsolutePath.IndexOf('/', 1) + 1)..]);

    public string? Query(string name) => System.Web.HttpUtility.ParseQueryString(Uri.Query)[name];
}

/// <summary>What the service says.</summary>
internal sealed record MemoryAnswer(int Status, byte[]? Body = null, params (string Name, string Value)[] Headers);
