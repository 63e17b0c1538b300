using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>Keeps a message hidden for as long as it is worked on.</summary>
internal sealed partial class MessageHold : IAsyncDisposable
{
    private readonly QueueClient _queue;
    private readonly string _messageId;
    private readonly TimeSpan _lease;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _renewing;
    private string _receipt;

    public MessageHold(QueueClient queue, QueueMessage message, TimeSpan lease, ILogger log)
    {
        _queue = queue;
        _lease = lease;
        _log = log;
        _messageId = message.MessageId;
        _receipt = message.PopReceipt;
        _renewing = RenewAsync();
    }

    /// <summary>Stops renewing and returns the receipt that is valid now.</summary>
    public async Task<string> EndAsync()
    {
        await _end.CancelAsync();
        await _renewing;
        return _receipt;
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _end.Dispose();
    }

    private async Task RenewAsync()
    {
        var pause = _lease / 2;
        while (await PausedAsync(pause))
        {
            try
            {
                // Not cancelled: the answer carries the next receipt.
                var update = await _queue.UpdateMessageAsync(_messageId, _receipt, (string?)null, _lease, CancellationToken.None);
                _receipt = update.Value.PopReceipt;
                pause = _lease / 2;
            }
            catch (RequestFailedException exception) when (exception.Status is 400 or 404)
            {
                Log.Lost(_log, exception, _messageId, _queue.Name);
                return;
            }
            catch (Exception exception)
            {
                // Half of the time is left for the service to come back.
                Log.NotRenewed(_log, exception, _messageId, _queue.Name);
                pause = _lease / 20;
            }
        }
    }

    /// <summary>False when the work is done.</summary>
    private async Task<bool> PausedAsync(TimeSpan pause)
    {
        await Task.Delay(pause, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !_end.IsCancellationRequested;
    }

    private static partial class Log
    {
        [LoggerMessage(11, LogLevel.Warning, "Message {Id} of queue '{Queue}' is no longer this process's; it may run twice.")]
        public static partial void Lost(ILogger logger, Exception exception, string id, string queue);

        [LoggerMessage(12, LogLevel.Warning, "Message {Id} of queue '{Queue}' could not be kept hidden; it is tried again.")]
        public static partial void NotRenewed(ILogger logger, Exception exception, string id, string queue);
    }
}
