using System.Security.Cryptography;
using System.Text;
using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Engine;

/// <content>What an instance has others do: activities, children, events, and the answer to its caller.</content>
internal sealed partial class Instance
{
    private void Start(InstanceState state, TaskStarted task)
    {
        var running = new RunningTask(state.Head, task.Id);
        _running.Add(running);
        Run(state.Head, task, running);
        if (task is ActivityStarted && hub.Options.RunActivitiesTwice) Run(state.Head, task, running);
    }

    private void Run(Head head, TaskStarted task, RunningTask running) => hub.InBackground(async cancellation =>
    {
        var e = task switch
        {
            ActivityStarted activity => await hub.RunActivityAsync(Id, activity, cancellation),
            ChildStarted child => await StartChildAsync(head, child, running, cancellation),
            EventSent sent => await SendAsync(head, sent, cancellation),
            _ => throw new InvalidOperationException($"Unknown task {task}."),
        };
        if (e is not null)
        {
            lock (_arrivals) _arrived.Add(new Arrival(running, e));
        }

        Signal();
    });

    /// <summary>Null where the child's own message will be the answer.</summary>
    private async Task<HistoryEvent?> StartChildAsync(Head head, ChildStarted child, RunningTask running, CancellationToken cancellation)
    {
        var start = new NewInstance(child.InstanceId, child.Name, child.Input) { Caller = CallerOf(head, child) };
        var refused = await hub.WithAsync(child.InstanceId, instance => instance.StartAsync(start, cancellation), cancellation);
        if (refused is not null) return new TaskFailed(child.Id, Failure.Of(new OrchestrationAlreadyExistsException(refused)));
        running.HasStartedChild = true;
        return null;
    }

    private async Task<HistoryEvent?> SendAsync(Head head, EventSent sent, CancellationToken cancellation)
    {
        // The same key each time, so that the receiver can tell a second delivery.
        var sender = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(head.InstanceId)).AsSpan(0, 8));
        var message = new EventMessage($"x|{sender}|{head.Execution}|{head.Generation}|{sent.Id}", hub.Now, sent.Name, sent.Payload);
        var delivery = await hub.WithAsync(sent.InstanceId, instance => instance.DeliverAsync(message, cancellation), cancellation);
        if (delivery is not Delivery.Done) Log.EventLost(log, Id, sent.Name, sent.InstanceId);
        return new TaskDone(sent.Id);
    }

    private bool IsCallerWaiting(InstanceState state) => IsCallerWaiting(state.Head);

    private bool IsCallerWaiting(Head head) => head is { IsEnded: true, Caller: not null } && _callerTold != head.Execution;

    private void TellCallerInBackground(InstanceState state)
    {
        if (_callerBeingTold == state.Head.Execution) return;
        _callerBeingTold = state.Head.Execution;
        hub.InBackground(async cancellation =>
        {
            await hub.WithAsync(state.Head.Caller!.InstanceId, caller => caller.DeliverAsync(Answer(state), cancellation), cancellation);
            if (!await TryEnterAsync(cancellation)) return;
            _callerTold = state.Head.Execution;
            Exit();
            Signal();
        });
    }

    /// <summary>Makes sure that the caller knows how this life ended, before it is deleted or replaced.</summary>
    private async Task TellCallerAsync(InstanceState state, CancellationToken cancellation)
    {
        if (!IsCallerWaiting(state)) return;
        await hub.WithAsync(state.Head.Caller!.InstanceId, caller => caller.DeliverAsync(Answer(state), cancellation), cancellation);
        _callerTold = state.Head.Execution;
    }

    private ChildEnded Answer(InstanceState state)
    {
        var (head, outcome) = (state.Head, state.Outcome);
        var caller = head.Caller!;
        var hasFailed = head.Status is not OrchestrationRuntimeStatus.Completed;
        return new ChildEnded($"c|{caller.Execution}|{caller.Generation}|{caller.TaskId}", hub.Now, caller, hasFailed, outcome.Output, outcome.Failure);
    }

    /// <summary>A task that runs in this process, or a child that it has started.</summary>
    private sealed class RunningTask(Head head, int taskId)
    {
        private string _execution = head.Execution;
        private int _generation = head.Generation;

        public int TaskId { get; private set; } = taskId;

        public volatile bool HasStartedChild;

        public bool Is(Head head, int taskId) => _execution == head.Execution && _generation == head.Generation && TaskId == taskId;

        public void MoveTo(Head head, int taskId)
        {
            _execution = head.Execution;
            _generation = head.Generation;
            TaskId = taskId;
        }
    }

    private sealed record Arrival(RunningTask Task, HistoryEvent Event);
}
