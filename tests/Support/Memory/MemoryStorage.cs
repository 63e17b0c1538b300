using Azure;
using Azure.Core;
using Azure.Core.Pipeline;

namespace SyncFunctions.Tests.Support;

/// <summary>
/// Tables, queues and blobs of one account, in memory, under the real clients: <c>new TableClientOptions { Transport = storage }</c>. It
/// holds what the engine, the queue listener and the app's stores use and answers like the service, a hundred times as fast as the
/// emulator; a test runs the same calls against both.
/// </summary>
/// <param name="time">Says when messages are visible, and dates the answers.</param>
public sealed class MemoryStorage(TimeProvider? time = null) : HttpPipelineTransport
{
    /// <summary>Names the account; nothing listens there.</summary>
    public const string ConnectionString =
        "DefaultEndpointsProtocol=http;AccountName=memory;AccountKey=bm9ib2R5IGxpc3RlbnMgaGVyZQ==;"
        + "QueueEndpoint=http://127.0.0.1:1/memory;TableEndpoint=http://127.0.0.1:1/memory;BlobEndpoint=http://127.0.0.1:2/memory;";

    private const int BlobPort = 2;

    private readonly Lock _gate = new();
    private readonly MemoryTables _tables = new(time ?? TimeProvider.System);
    private readonly MemoryQueues _queues = new(time ?? TimeProvider.System);
    private readonly MemoryBlobs _blobs = new(time ?? TimeProvider.System);

    /// <summary>Nobody else runs between a call and its answer: for runs on one thread that must repeat.</summary>
    public bool AnswersAtOnce { get; init; }

    /// <summary>Calls so far.</summary>
    public long Calls { get; private set; }

    /// <inheritdoc/>
    public override Request CreateRequest() => new MemoryRequest();

    /// <inheritdoc/>
    public override void Process(HttpMessage message)
    {
        Answer(message, BodyOf(message));
    }

    /// <inheritdoc/>
    public override async ValueTask ProcessAsync(HttpMessage message)
    {
        var body = BodyOf(message);
        // As over a network: nobody goes on before the answer is there.
        if (!AnswersAtOnce) await Task.Yield();
        Answer(message, body);
    }

    /// <summary>How much later than it should a message can be received that is sent now; null: not at all.</summary>
    public Func<TimeSpan>? Lateness
    {
        set => _queues.Lateness = value;
    }

    /// <summary>Whether a queue has a message that can be received now.</summary>
    public bool HasVisibleMessage(string queue)
    {
        lock (_gate) return _queues.NextVisible(queue) <= (time ?? TimeProvider.System).GetUtcNow();
    }

    /// <summary>From when on a queue has a message that can be received; null where it is empty.</summary>
    public DateTimeOffset? NextVisible(string queue)
    {
        lock (_gate) return _queues.NextVisible(queue);
    }

    /// <summary>An error of the service itself.</summary>
    public static Response Refusal(int status, string code, Request request) =>
        new MemoryResponse(new MemoryAnswer(status, null, ("x-ms-error-code", code)), request.ClientRequestId);

    private static byte[] BodyOf(HttpMessage message)
    {
        if (message.Request.Content is not { } content) return [];
        if (!content.TryComputeLength(out var length)) length = 0;
        using var body = new MemoryStream((int)length);
        content.WriteTo(body, message.CancellationToken);
        return body.TryGetBuffer(out var all) && all.Count == all.Array!.Length ? all.Array : body.ToArray();
    }

    private void Answer(HttpMessage message, byte[] body)
    {
        message.CancellationToken.ThrowIfCancellationRequested();
        var request = message.Request;
        var call = new MemoryCall(request.Method.Method, MemoryCall.PathOf(request.Uri.Path), request.Uri.Query, body, request.Headers);
        lock (_gate)
        {
            Calls++;
            var answer = request.Uri.Port == BlobPort ? _blobs.Answer(call)
                : request.Headers.Contains("DataServiceVersion") ? _tables.Answer(call)
                : _queues.Answer(call);
            message.Response = new MemoryResponse(answer, request.ClientRequestId) { At = (time ?? TimeProvider.System).GetUtcNow() };
        }
    }
}

/// <summary>What a client asks.</summary>
/// <param name="Path">Below the account, unescaped.</param>
internal sealed record MemoryCall(string Method, string Path, string QueryText, byte[] Body, RequestHeaders Headers)
{
    public string? IfMatch => Header("If-Match");

    /// <summary>What stands after the account's name, unescaped.</summary>
    public static string PathOf(string path) => Uri.UnescapeDataString(path[(path.IndexOf('/', 1) + 1)..]);

    public string? Header(string name) => Headers.TryGetValue(name, out var value) ? value : null;

    public string? Query(string name)
    {
        var text = QueryText.AsSpan().TrimStart('?');
        foreach (var range in text.Split('&'))
        {
            var part = text[range];
            if (part.Length > name.Length && part[name.Length] == '=' && part.StartsWith(name, StringComparison.OrdinalIgnoreCase))
                return Uri.UnescapeDataString(part[(name.Length + 1)..].ToString().Replace('+', ' '));
        }

        return null;
    }
}

/// <summary>What the service says.</summary>
internal sealed record MemoryAnswer(int Status, byte[]? Body = null, params (string Name, string Value)[] Headers);
