using System.Text.Json;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using SyncFunctions.State;

namespace SyncFunctions.Simulation.Service;

/// <summary>Brings the messages of a queue to its function, as the host does: at least once, five times at the most.</summary>
internal sealed class QueueListener(ServiceWorld world, AppInstance app, AppFunction function)
{
    private const int BatchSize = 16;
    private const int MaxDeliveries = 5;
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(30);

    private readonly QueueClient _queue = app.Clients.Queues.GetQueueClient(function.Queue);
    private bool _isReceiving;

    /// <summary>Null where there is nothing to receive.</summary>
    public Action? Work() => app.IsDead || app.IsPaused || _isReceiving || !world.Account.HasVisibleMessage(_queue.Name)
        ? null
        : () => app.Run($"listen to {_queue.Name}", ReceiveAsync);

    private async Task ReceiveAsync()
    {
        _isReceiving = true;
        try
        {
            QueueMessage[] messages = await _queue.ReceiveMessagesAsync(BatchSize, Lease);
            foreach (var message in messages)
            {
                app.Run($"{function.Name} {message.MessageText.Length} #{message.DequeueCount}", () => WorkAsync(message));
                if (world.DeliversTwice() is { } other && other != app) other.Run($"{function.Name} {message.MessageText.Length} #{message.DequeueCount} again", () => RunAsync(other, message));
            }
        }
        finally
        {
            _isReceiving = false;
        }
    }

    private async Task WorkAsync(QueueMessage message)
    {
        var succeeded = message.DequeueCount <= MaxDeliveries && await TryRunAsync(message);
        if (!succeeded && message.DequeueCount < MaxDeliveries)
        {
            await _queue.UpdateMessageAsync(message.MessageId, message.PopReceipt, (string?)null, PauseAfterFailure);
            return;
        }

        if (!succeeded) world.Poisoned++;
        await _queue.DeleteMessageAsync(message.MessageId, message.PopReceipt);
    }

    private async Task<bool> TryRunAsync(QueueMessage message)
    {
        try
        {
            await RunAsync(app, message);
            return true;
        }
        catch (Exception exception)
        {
            app.Failed(exception);
            return false;
        }
    }

    private Task RunAsync(AppInstance runner, QueueMessage message) =>
        function.RunAsync(runner.Services, runner.Durable, JsonSerializer.Deserialize(message.Body.ToString(), function.InputType, StateJson.Options));
}
