using System.Collections.Concurrent;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>Lets an output binding of this process wake the listener of the same queue, so that it need not wait for the next poll.</summary>
internal sealed class QueueWakeUps
{
    private readonly ConcurrentDictionary<Uri, SemaphoreSlim> _queues = new();

    public void Wake(Uri queue)
    {
        if (_queues.TryGetValue(queue, out var signal) && signal.CurrentCount == 0) signal.Release();
    }

    /// <summary>Returns after the pause, or at once when a message was sent meanwhile.</summary>
    public Task PauseAsync(Uri queue, TimeSpan pause, CancellationToken cancellation)
        => _queues.GetOrAdd(queue, static _ => new SemaphoreSlim(0)).WaitAsync(pause, cancellation);
}
