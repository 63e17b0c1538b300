using Azure;
using Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Engine;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging.Abstractions;

namespace SyncFunctions.Simulation.Service;

/// <summary>One orchestration: its history, what has arrived for it, and where it stands.</summary>
internal sealed class HubInstance
{
    private readonly List<HistoryEvent> _arrived = [];
    private InstanceState _state;
    private bool _begun;
    private bool _suspended;
    private int _events;

    public HubInstance(string id, string name, string? input, Caller? caller, DateTimeOffset now)
    {
        Caller = caller;
        var head = new Head { InstanceId = id, Name = name, Execution = id, Status = OrchestrationRuntimeStatus.Pending, CreatedAt = now, UpdatedAt = now, Caller = caller };
        _state = new InstanceState(head, ETag.All, input, new Outcome(null, null), Carried.Nothing);
    }

    public string Id => _state.Head.InstanceId;

    public string Name => _state.Head.Name;

    public Caller? Caller { get; }

    public int Generation => _state.Head.Generation;

    public bool IsEnded => _state.Head.IsEnded;

    public OrchestrationRuntimeStatus Status => _suspended && !IsEnded ? OrchestrationRuntimeStatus.Suspended : _state.Head.Status;

    public string? Output => _state.Outcome.Output;

    public TaskFailureDetails? Failure => _state.Outcome.Failure;

    public DateTimeOffset? NextTimer => _suspended ? null : _state.Timers.Min(timer => (DateTimeOffset?)timer.FireAt);

    public bool IsPending(int task) => _state.IsPending(task) && !_arrived.Exists(e => e is TaskSucceeded(var id, _) && id == task) && !_arrived.Exists(e => e is TaskFailed(var id, _) && id == task);

    public bool HasNews(DateTimeOffset now) => !IsEnded && !_suspended && (!_begun || _arrived.Count > 0 || NextTimer <= now);

    public Caller CallerOf(ChildStarted child) => new(Id, Name, Id, Generation, child.Id);

    public void Arrived(HistoryEvent e) => _arrived.Add(e);

    public void Raise(string name, string? payload) => _arrived.Add(new EventReceived($"{Id}-{_events++}", name, payload));

    public void Suspend(bool suspended) => _suspended = suspended;

    public void Terminate(string? output, DateTimeOffset now) => End(OrchestrationRuntimeStatus.Terminated, new Outcome(output, null), now);

    public void ChildEnded(Caller caller, HubInstance child)
    {
        if (IsEnded || caller.Generation != Generation || !IsPending(caller.TaskId)) return;
        _arrived.Add(child.Status == OrchestrationRuntimeStatus.Completed
            ? new TaskSucceeded(caller.TaskId, child.Output)
            : new TaskFailed(caller.TaskId, child.Failure));
    }

    /// <summary>Replays the history and hands over what arrived.</summary>
    /// <returns>What the orchestrator began.</returns>
    public IReadOnlyList<TaskStarted> TakeTurn(DateTimeOffset now, Func<TaskOrchestrationContext, Task<object?>> orchestrator)
    {
        _begun = true;
        List<HistoryEvent> arrived = [.. _arrived, .. _state.Timers.Where(timer => timer.FireAt <= now).OrderBy(timer => timer.FireAt).Select(timer => new TimerFired(timer.Id))];
        _arrived.Clear();
        var turn = new OrchestrationTurn(_state, now, arrived, HubJson.Instance, NullLoggerFactory.Instance);
        turn.Run(() => orchestrator(turn.Context));
        var result = turn.Result;
        if (result.Next is { } next)
        {
            var head = _state.Head with { Generation = Generation + 1, Turns = 0, Status = OrchestrationRuntimeStatus.Running, UpdatedAt = now };
            _state = new InstanceState(head, ETag.All, next.Input, new Outcome(null, null), new Carried(next.Unread, []));
            _begun = false;
            return [];
        }

        _state.Append(result.Turn);
        _state.Committed(_state.Head with { Status = result.Status, Turns = _state.Head.Turns + 1, UpdatedAt = now, CustomStatus = result.CustomStatus }, ETag.All);
        if (IsEnded) End(result.Status, new Outcome(result.Output, result.Failure), now);
        return [.. result.Turn.Events.Except(arrived).OfType<TaskStarted>()];
    }

    public OrchestrationMetadata Metadata() => new(Name, Id)
    {
        RuntimeStatus = Status,
        CreatedAt = _state.Head.CreatedAt,
        LastUpdatedAt = _state.Head.UpdatedAt,
        SerializedOutput = Output,
        FailureDetails = Failure,
        DataConverter = HubJson.Instance,
    };

    private void End(OrchestrationRuntimeStatus status, Outcome outcome, DateTimeOffset now)
    {
        _state.Committed(_state.Head with { Status = status, EndedAt = now, UpdatedAt = now }, ETag.All);
        _state.Ended(outcome);
    }
}
