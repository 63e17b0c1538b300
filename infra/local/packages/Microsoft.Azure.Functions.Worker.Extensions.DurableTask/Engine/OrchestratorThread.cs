using System.Collections.Concurrent;

namespace Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Engine;

/// <summary>
/// The one thread an orchestrator runs on during a turn: what it awaits continues here, in order, and nowhere else.
/// A continuation that comes from another thread means that the orchestrator awaited something that is not durable.
/// </summary>
internal sealed class OrchestratorThread : SynchronizationContext
{
    private readonly ConcurrentQueue<(SendOrPostCallback Callback, object? State)> _posted = new();
    private int _thread;
    private volatile bool _ended;
    private volatile bool _disturbed;

    /// <summary>Whether another thread tried to continue the orchestrator.</summary>
    public bool IsDisturbed => _disturbed;

    public bool IsCurrent => !_ended && Environment.CurrentManagedThreadId == _thread && Current == this;

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (_ended || Environment.CurrentManagedThreadId != _thread) _disturbed = true;
        else _posted.Enqueue((d, state));
    }

    public override void Send(SendOrPostCallback d, object? state) => Post(d, state);

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Runs what was posted until nothing is left.</summary>
    public void Pump()
    {
        while (_posted.TryDequeue(out var posted)) posted.Callback(posted.State);
    }

    /// <summary>Runs a turn with this as the current context; what an orchestrator leaves behind stays where it is.</summary>
    public void Run(Action turn)
    {
        var previous = Current;
        _thread = Environment.CurrentManagedThreadId;
        SetSynchronizationContext(this);
        try
        {
            turn();
        }
        finally
        {
            _ended = true;
            SetSynchronizationContext(previous);
        }
    }
}
