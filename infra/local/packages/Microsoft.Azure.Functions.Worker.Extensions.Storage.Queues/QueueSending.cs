using Azure;
using Azure.Storage.Queues;

namespace Microsoft.Azure.Functions.Worker.Embedded;

internal static class QueueSending
{
    /// <summary>Sends a message, and makes the queue when it is missing.</summary>
    public static async Task SendCreatingAsync(this QueueClient queue, string stored, CancellationToken cancellation)
    {
        try
        {
            await queue.SendMessageAsync(stored, cancellation);
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            await queue.CreateIfNotExistsAsync(cancellationToken: cancellation);
            await queue.SendMessageAsync(stored, cancellation);
        }
    }
}
