using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>
/// Brings the messages of one queue to one function: polls with growing pauses while there is nothing, works on several at once,
/// keeps them hidden meanwhile, deletes what succeeded and moves what failed too often to the poison queue.
/// </summary>
internal sealed partial class QueuePump(
    FunctionDescriptor function,
    QueueClient queue,
    QueueServiceClient service,
    QueueSettings settings,
    QueueWakeUps wakeUps,
    IFunctionInvoker invoker,
    ILogger log) : IDisposable
{
    private const string PoisonSuffix = "-poison";
    private static readonly TimeSpan LastReceive = TimeSpan.FromSeconds(2);

    // A failing poison queue would need another one, and so on: its messages just stay hidden for their time.
    private readonly bool _isPoison = queue.Name.EndsWith(PoisonSuffix, StringComparison.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _receiveNoMore = new();
    private readonly List<Task> _running = [];
    private Task _pumping = Task.CompletedTask;

    public void Start() => _pumping = Task.Run(PumpAsync);

    /// <summary>Asks for no more messages and waits for those at work; they end by themselves or because the host tells them to.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        _receiveNoMore.CancelAfter(LastReceive);
        await _pumping;
        await Task.WhenAll(_running);
    }

    public void Dispose()
    {
        _stop.Dispose();
        _receiveNoMore.Dispose();
    }

    private async Task PumpAsync()
    {
        var pause = settings.MinPollingInterval;
        while (!_stop.IsCancellationRequested)
        {
            await HasRoomAsync();
            var messages = await ReceiveAsync();
            _running.AddRange(messages.Select(message => Task.Run(() => WorkAsync(message))));
            if (messages.Length > 0)
            {
                pause = settings.MinPollingInterval;
                continue;
            }

            await PauseAsync(pause);
            pause = pause * 2 < settings.MaxPollingInterval ? pause * 2 : settings.MaxPollingInterval;
        }
    }

    private async Task HasRoomAsync()
    {
        _running.RemoveAll(task => task.IsCompleted);
        while (_running.Count > settings.NewBatchThreshold)
        {
            await Task.WhenAny(_running);
            _running.RemoveAll(task => task.IsCompleted);
        }
    }

    private async Task PauseAsync(TimeSpan pause)
    {
        try
        {
            await wakeUps.PauseAsync(queue.Uri, pause, _stop.Token);
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }

    private async Task<QueueMessage[]> ReceiveAsync()
    {
        try
        {
            // A stop does not cancel it at once: a message that is on its way would be hidden and worked on by nobody.
            return _stop.IsCancellationRequested
                ? []
                : await queue.ReceiveMessagesAsync(settings.BatchSize, settings.MessageLease, _receiveNoMore.Token);
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            // The trigger does not make its queue; it waits for the first sender to do so.
            return [];
        }
        catch (OperationCanceledException) when (_receiveNoMore.IsCancellationRequested)
        {
            return [];
        }
        catch (Exception exception)
        {
            // Whatever it is, the other queues go on and this one is tried again.
            Log.PollFailed(log, exception, queue.Name);
            return [];
        }
    }

    private async Task WorkAsync(QueueMessage message)
    {
        try
        {
            await using var hold = new MessageHold(queue, message, settings.MessageLease, log);
            var succeeded = message.DequeueCount <= settings.MaxDequeueCount && await TryRunAsync(message);
            var receipt = await hold.EndAsync();
            if (succeeded) await queue.DeleteMessageAsync(message.MessageId, receipt);
            else await GiveBackAsync(message, receipt);
        }
        catch (Exception exception)
        {
            // The message becomes visible again by itself: at-least-once.
            Log.SettleFailed(log, exception, message.MessageId, queue.Name);
        }
    }

    private async Task<bool> TryRunAsync(QueueMessage message)
    {
        TriggerInvocation trigger;
        try
        {
            trigger = QueueTrigger.For(function, message);
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException)
        {
            Log.Undecodable(log, exception, message.MessageId, queue.Name, function.Name);
            return false;
        }

        try
        {
            await invoker.InvokeAsync(function, trigger, CancellationToken.None);
            return true;
        }
        catch (FunctionStoppedException stopped)
        {
            // A run that does not listen goes on: until it has really ended, nobody else may have the message.
            if (!stopped.Ended.IsCompleted) Log.StillRunning(log, function.Name, message.MessageId);
            await stopped.Ended.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return false;
        }
        catch (Exception)
        {
            // The run has logged it; the message says so by coming again.
            return false;
        }
    }

    private async Task GiveBackAsync(QueueMessage message, string receipt)
    {
        if (_isPoison) return;
        if (message.DequeueCount < settings.MaxDequeueCount)
        {
            await queue.UpdateMessageAsync(message.MessageId, receipt, (string?)null, settings.VisibilityTimeout);
            return;
        }

        var poison = service.GetQueueClient(queue.Name + PoisonSuffix);
        Log.Poisoned(log, settings.MaxDequeueCount, poison.Name);
        await poison.SendCreatingAsync(message.MessageText, CancellationToken.None);
        wakeUps.Wake(poison.Uri);
        await queue.DeleteMessageAsync(message.MessageId, receipt);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Message has reached MaxDequeueCount of {Count}. Moving message to queue '{Queue}'.")]
        public static partial void Poisoned(ILogger logger, int count, string queue);

        [LoggerMessage(2, LogLevel.Warning, "Queue '{Queue}' could not be read; it is tried again.")]
        public static partial void PollFailed(ILogger logger, Exception exception, string queue);

        [LoggerMessage(3, LogLevel.Warning, "Message {Id} of queue '{Queue}' could not be deleted or moved; it will be delivered again.")]
        public static partial void SettleFailed(ILogger logger, Exception exception, string id, string queue);

        [LoggerMessage(4, LogLevel.Error, "Message {Id} of queue '{Queue}' cannot be read by 'Functions.{Function}'.")]
        public static partial void Undecodable(ILogger logger, Exception exception, string id, string queue, string function);

        [LoggerMessage(6, LogLevel.Warning, "'Functions.{Function}' was told to end and goes on; its message {Id} stays hidden until it has ended.")]
        public static partial void StillRunning(ILogger logger, string function, string id);
    }
}
