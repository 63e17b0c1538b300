using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;

namespace SyncFunctions.Host.Tests.Queues;

public sealed record Order(int Id, string Name);

public sealed class TextSample(Recorder recorder)
{
    [Function("Text")]
    public void Run([QueueTrigger("%Queue%")] string text, FunctionContext context, string? n, string id, long dequeueCount, DateTimeOffset insertionTime)
    {
        recorder.Say(text);
        recorder.Say(context.BindingContext.BindingData);
        recorder.Say((n, id.Length > 0, dequeueCount, insertionTime > DateTimeOffset.UnixEpoch));
    }
}

public sealed class BytesSample(Recorder recorder)
{
    [Function("Bytes")]
    public void Run([QueueTrigger("%Queue%")] byte[] content) => recorder.Say(content);
}

public sealed class BinarySample(Recorder recorder)
{
    [Function("Binary")]
    public void Run([QueueTrigger("%Queue%")] BinaryData content, string? queueTrigger, string? n) => recorder.Say((content.ToString(), queueTrigger, n));
}

public sealed class MemorySample(Recorder recorder)
{
    [Function("Memory")]
    public void Run([QueueTrigger("%Queue%")] ReadOnlyMemory<byte> content, FunctionContext context)
    {
        recorder.Say(content.ToArray());
        recorder.Say(context.BindingContext.BindingData.ContainsKey("QueueTrigger"));
    }
}

public sealed class MessageSample(Recorder recorder)
{
    [Function("Message")]
    public void Run([QueueTrigger("%Queue%")] QueueMessage message) => recorder.Say(message);
}

public sealed class OrderSample(Recorder recorder)
{
    [Function("Order")]
    public void Run([QueueTrigger("%Queue%")] Order? order) => recorder.Say(order ?? (object)"null");
}

public sealed class FailingSample(Recorder recorder)
{
    [Function("Failing")]
    public void Run([QueueTrigger("%Queue%")] string text, long dequeueCount)
    {
        recorder.Say(dequeueCount);
        throw new OperationCanceledException(text);
    }
}

public sealed class GatedSample(Recorder recorder)
{
    [Function("Gated")]
    public async Task Run([QueueTrigger("%Queue%")] string text, CancellationToken cancellation)
    {
        recorder.Say("begin");
        await recorder.PassGateAsync(cancellation);
        recorder.Say("end");
    }
}

public sealed class DeafSample(Recorder recorder)
{
    [Function("Deaf")]
    public async Task Run([QueueTrigger("%Queue%")] string text, long dequeueCount)
    {
        recorder.Say($"begin {text} {dequeueCount}");
        await recorder.PassGateAsync(CancellationToken.None);
        recorder.Say($"end {text} {dequeueCount}");
    }
}

public sealed class NamelessSample
{
    [Function("Nameless")]
    public void Run([QueueTrigger("no_name")] string text) => ArgumentNullException.ThrowIfNull(text);
}

public sealed class OutputSample
{
    [Function("Output")]
    [QueueOutput("%Target%")]
    public object? Run([QueueTrigger("%Queue%")] string kind) => kind switch
    {
        "text" => "é",
        "empty" => "",
        "poco" => new Order(1, "éx"),
        "many" => new[] { "a", "b", "c" },
        "none" => Array.Empty<string>(),
        "bytes" => new byte[] { 1, 2 },
        "big" => new string('x', 70_000),
        _ => null,
    };
}

public sealed class UnconnectedSample
{
    [Function("Unconnected")]
    public void Run([QueueTrigger("q", Connection = "NoSuchStorage")] string text) => ArgumentNullException.ThrowIfNull(text);
}
