using System.Text.Json;
using Azure.Storage.Queues;

namespace SyncFunctions.State;

/// <summary>A flow is due.</summary>
public sealed record PollMessage(string Tenant, string Flow, string? Reason);

/// <summary>The work list of a flow has news.</summary>
/// <param name="Kinds">The kinds whose work list has them.</param>
public sealed record ChangeMessage(string Tenant, string Flow, IReadOnlyList<string> Kinds);

/// <summary>The queues between the app's own functions.</summary>
public sealed class AppQueues
{
    public const string Polls = "polls";
    public const string Changes = "changes";

    // A message must not vanish while the app is stopped for longer than the service's seven days.
    private static readonly TimeSpan Forever = TimeSpan.FromSeconds(-1);

    private readonly Sender _polls;
    private readonly Sender _changes;

    public AppQueues(StateClients clients)
    {
        _polls = new(clients.Queues.GetQueueClient($"{clients.Prefix}{Polls}"));
        _changes = new(clients.Queues.GetQueueClient($"{clients.Prefix}{Changes}"));
    }

    public Task SendAsync(PollMessage message, CancellationToken cancellation) => _polls.SendAsync(message, null, cancellation);

    /// <param name="delay">How long the message stays invisible.</param>
    public Task SendAsync(ChangeMessage message, TimeSpan? delay, CancellationToken cancellation) => _changes.SendAsync(message, delay, cancellation);

    private sealed class Sender(QueueClient queue)
    {
        private bool _exists;

        public async Task SendAsync<T>(T message, TimeSpan? delay, CancellationToken cancellation)
        {
            // Several first senders may all ask; the answer is the same.
            if (!_exists) await queue.CreateIfNotExistsAsync(cancellationToken: cancellation);
            _exists = true;
            await queue.SendMessageAsync(BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(message, StateJson.Options)), delay, Forever, cancellation);
        }
    }
}
