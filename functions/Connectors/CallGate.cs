namespace SyncFunctions.Connectors;

/// <summary>
/// Lets so many callers in at once, the others in the order in which they came. Unlike <see cref="SemaphoreSlim"/> it hands nobody to
/// the thread pool: who is let in goes on where another leaves, so that a run in memory is the same every time.
/// </summary>
public sealed class CallGate(int limit)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<TaskCompletionSource> _waiting = [];
    private int _free = limit;

    /// <summary>Waits for its turn; whoever was let in has to <see cref="Leave"/>.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up; it was not let in.</exception>
    public async Task EnterAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        LinkedListNode<TaskCompletionSource> turn;
        lock (_lock)
        {
            if (_free > 0)
            {
                _free--;
                return;
            }

            turn = _waiting.AddLast(new TaskCompletionSource());
        }

        await using var registration = cancellation.Register(() =>
        {
            lock (_lock)
            {
                if (turn.List is null) return;
                _waiting.Remove(turn);
            }

            turn.Value.TrySetCanceled(cancellation);
        });
        await turn.Value.Task;
    }

    public void Leave()
    {
        TaskCompletionSource next;
        lock (_lock)
        {
            if (_waiting.First is not { } first)
            {
                _free++;
                return;
            }

            _waiting.RemoveFirst();
            next = first.Value;
        }

        next.SetResult();
    }
}
