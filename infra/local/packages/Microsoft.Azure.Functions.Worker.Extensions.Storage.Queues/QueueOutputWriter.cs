using System.Collections;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.Extensions.Options;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>Sends what a function returned through <c>[QueueOutput]</c>: one message, or one for each item of a collection.</summary>
internal sealed class QueueOutputWriter(QueueClients clients, QueueWakeUps wakeUps, HostJson hostJson, IOptions<WorkerOptions> worker) : IOutputWriter
{
    public bool CanWrite(OutputBindingAttribute output) => output is QueueOutputAttribute;

    public async Task WriteAsync(OutputBindingAttribute output, object? value, FunctionContext context, CancellationToken cancellation)
    {
        var target = (QueueOutputAttribute)output;
        var queue = clients.Service(target.Connection).GetQueueClient(QueueNames.Checked(hostJson.Expand(target.QueueName)));
        foreach (var message in Messages(value))
        {
            await queue.SendCreatingAsync(message, cancellation);
            wakeUps.Wake(queue.Uri);
        }
    }

    private IEnumerable<string> Messages(object? value) => value switch
    {
        null => [],
        string or byte[] or BinaryData => [Encoded(value)],
        IEnumerable many and not IDictionary => many.Cast<object?>().OfType<object>().Select(Encoded),
        _ => [Encoded(value)],
    };

    private string Encoded(object value) => value switch
    {
        string text => QueueText.Encode(text),
        byte[] bytes => QueueText.Encode(bytes),
        BinaryData data => QueueText.Encode(data),
        _ => QueueText.Encode(Json(value)),
    };

    private string Json(object value)
        => HostText.Of(worker.Value.Serializer!.Serialize(value, value.GetType(), CancellationToken.None));
}
