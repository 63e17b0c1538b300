using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>Keeps a message hidden for as long as it is worked on.</summary>
internal sealed partial class MessageHold : IAsyncDisposable
{
    private readonly QueueClient queue;
    private readonly string messageId;
    private readonly TimeSpan lease;
    private readonly ILogger log;
    private readonly CancellationTokenSource end = new();
    private readonly Task renewing;
    private string receipt;

    public MessageHold(QueueClient queue, QueueMessage message, TimeSpan lease, ILogger log)
    {
        this.queue = queue;
        this.lease = lease;
        this.log = log;
        messageId = message.MessageId;
        receipt = message.PopReceipt;
        renewing = RenewAsync();
    }

    /// <summary>Stops renewing and returns the receipt that is valid now.</summary>
    public async Task<string> EndAsync()
    {
        await end.CancelAsync();
        await renewing;
        return receipt;
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        end.Dispose();
    }

    private async Task RenewAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(lease / 2, end.Token);
                // Not cancelled: the answer carries the next receipt.
                var update = await queue.UpdateMessageAsync(messageId, receipt, (string?)null, lease, CancellationToken.None);
                receipt = update.Value.PopReceipt;
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The work is done.
        }
        catch (Exception exception)
        {
            Log.Lost(log, exception, messageId, queue.Name);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(11, LogLevel.Warning, "Message {Id} of queue '{Queue}' could not be kept hidden; it may be delivered twice.")]
        public static partial void Lost(ILogger logger, Exception exception, string id, string queue);
    }
}
