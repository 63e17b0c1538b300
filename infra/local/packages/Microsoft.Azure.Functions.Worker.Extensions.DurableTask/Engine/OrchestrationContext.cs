using System.Security.Cryptography;
using System.Text;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;
using CoreTaskFailedException = DurableTask.Core.Exceptions.TaskFailedException;

namespace Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Engine;

/// <summary>
/// What the orchestrator calls during one turn. Each task, timer and sent event takes the next number; at replay the history must hold
/// the same thing under that number, otherwise it is new.
/// </summary>
internal sealed class OrchestrationContext : TaskOrchestrationContext
{
    /// <summary>Far enough for any pause.</summary>
    private static readonly TimeSpan MaxTimer = TimeSpan.FromDays(36_500);

    private readonly Head _head;
    private readonly string? _input;
    private readonly DataConverter _converter;
    private readonly OrchestratorThread _thread;
    private readonly Dictionary<int, HistoryEvent> _recorded = [];
    private readonly Dictionary<int, OpenTask> _open = [];
    private readonly List<EventReceived> _unread = [];
    private readonly List<EventWaiter> _waiters = [];
    private readonly List<HistoryEvent> _begun = [];
    private readonly List<CancellationTokenRegistration> _registrations = [];
    private DateTime _now;
    private int _nextId;
    private int _nextGuid;
    private bool _replaying = true;

    public OrchestrationContext(InstanceState state, DataConverter converter, ILoggerFactory loggers, OrchestratorThread thread)
    {
        _head = state.Head;
        _input = state.Input;
        _converter = converter;
        _thread = thread;
        LoggerFactory = loggers;
        _unread.AddRange(state.Carried.Events);
        foreach (var e in state.History.SelectMany(turn => turn.Events))
        {
            if (IdOf(e) is { } id) _recorded.Add(id, e);
        }
    }

    public override TaskName Name => _head.Name;

    public override string InstanceId => _head.InstanceId;

    public override ParentOrchestrationInstance? Parent => _head.Caller is { } caller ? new(caller.Name, caller.InstanceId) : null;

    public override DateTime CurrentUtcDateTime => _now;

    public override bool IsReplaying => _replaying;

    /// <summary>What this turn began that the history does not have.</summary>
    public IReadOnlyList<HistoryEvent> Begun => _begun;

    /// <summary>Events nobody has waited for yet.</summary>
    public IReadOnlyList<EventReceived> Unread => _unread;

    public bool IsWaiting => _open.Count > 0 || _waiters.Count > 0;

    /// <summary>The custom status as text, where this turn or an earlier one set it.</summary>
    public (bool IsSet, string? Text) CustomStatus { get; private set; }

    /// <summary>Set where the orchestrator asked for a next generation.</summary>
    public (string? Input, bool PreserveEvents)? Next { get; private set; }

    /// <summary>What ends the instance past any catch block of the orchestrator.</summary>
    public Exception? Fatal { get; private set; }

    protected override ILoggerFactory LoggerFactory { get; }

    public void BeginTurn(DateTimeOffset at, bool replaying)
    {
        _now = at.UtcDateTime;
        _replaying = replaying;
    }

    /// <summary>At the end of a turn: by now everything that it began the first time must have been begun again.</summary>
    public void Compare(Turn turn)
    {
        if (turn.Events.FirstOrDefault(e => IdOf(e) >= _nextId) is { } lost) Fatal ??= Divergence.Missing(lost);
    }

    /// <summary>Hands something that arrived to the task that waits for it; what nobody waits for any more is nothing.</summary>
    public void Apply(HistoryEvent e)
    {
        switch (e)
        {
            case TaskSucceeded(var id, var result) when _open.Remove(id, out var task):
                task.Succeed(result);
                break;
            case TaskFailed(var id, var failure) when _open.Remove(id, out var task):
                task.Fail(_recorded[id] is ActivityStarted
                    ? new TaskFailedException(task.Name, id, new CoreTaskFailedException(failure?.ErrorMessage, failure))
                    : new TaskFailedException(task.Name, id, failure!));
                break;
            case TimerFired(var id) when _open.Remove(id, out var timer):
                timer.Succeed(null);
                break;
            case EventReceived received:
                Deliver(received);
                break;
        }
    }

    /// <summary>Lets go of the tokens that the orchestrator waited with: the next turn is a new context.</summary>
    public void EndTurn()
    {
        foreach (var registration in _registrations) registration.Dispose();
    }

    public override T? GetInput<T>()
        where T : default => _converter.Deserialize<T>(_input);

    public object? GetInput(Type type) => _converter.Deserialize(_input, type);

    public override Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null)
    {
        Refuse.Version(options?.Version?.Version);
        var text = _converter.Serialize(input);
        return WithRetriesAsync(options?.Retry, () => BeginAsync<TResult>(name, id => new ActivityStarted(id, name, text)));
    }

    public override Task<TResult> CallSubOrchestratorAsync<TResult>(TaskName orchestratorName, object? input = null, TaskOptions? options = null)
    {
        var suboptions = options as SubOrchestrationOptions;
        Refuse.Version((suboptions?.Version ?? options?.Version)?.Version);
        var text = _converter.Serialize(input);
        var instanceId = suboptions?.InstanceId is { Length: > 0 } id ? id : NewGuid().ToString("N");
        Refuse.Entity(instanceId);
        return WithRetriesAsync(
            options?.Retry, () => BeginAsync<TResult>(orchestratorName, id => new ChildStarted(id, orchestratorName, instanceId, text)));
    }

    public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled(cancellationToken);
        var due = fireAt.Kind == DateTimeKind.Local ? fireAt.ToUniversalTime() : DateTime.SpecifyKind(fireAt, DateTimeKind.Utc);
        var timer = new OpenTask<object?>("timer", _converter);
        if (Begin(id => new TimerStarted(id, due)) is not { } id) return timer.Task;
        _open.Add(id, timer);
        WhenCanceled(
            () =>
            {
                if (!_open.Remove(id)) return;
                if (!_replaying) _begun.Add(new TimerCanceled(id));
                timer.Cancel(cancellationToken);
            },
            cancellationToken);
        return timer.Task;
    }

    public override Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default)
    {
        EnsureOwnThread();
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled<T>(cancellationToken);
        var task = new OpenTask<T>(eventName, _converter);
        var waiter = new EventWaiter(eventName, task);
        if (_unread.Find(received => Matches(received.Name, eventName)) is { } received)
        {
            _unread.Remove(received);
            Hand(received, waiter);
            return task.Task;
        }

        _waiters.Add(waiter);
        WhenCanceled(
            () =>
            {
                if (_waiters.Remove(waiter)) task.Cancel(cancellationToken);
            },
            cancellationToken);
        return task.Task;
    }

    public override void SendEvent(string instanceId, string eventName, object payload)
    {
        Refuse.Entity(instanceId);
        var text = _converter.Serialize(payload);
        Begin(id => new EventSent(id, eventName, instanceId, text));
    }

    public override void SetCustomStatus(object? customStatus)
    {
        EnsureOwnThread();
        CustomStatus = (true, _converter.Serialize(customStatus));
    }

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true)
    {
        EnsureOwnThread();
        Next = (_converter.Serialize(newInput), preserveUnprocessedEvents);
    }

    public override void ContinueAsNew(ContinueAsNewOptions options)
    {
        Refuse.Version(options.NewVersion);
        base.ContinueAsNew(options);
    }

    public override Guid NewGuid()
    {
        EnsureOwnThread();
        var seed = Encoding.UTF8.GetBytes($"{_head.InstanceId}|{_head.Execution}|{_head.Generation}|{_nextGuid++}");
        return new Guid(SHA256.HashData(seed).AsSpan(0, 16));
    }

    private static bool Matches(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);

    private Task<T> WithRetriesAsync<T>(TaskRetryOptions? retry, Func<Task<T>> attempt) => retry is null ? attempt() : RetryAsync(retry, attempt);

    private async Task<T> RetryAsync<T>(TaskRetryOptions retry, Func<Task<T>> attempt)
    {
        var first = CurrentUtcDateTime;
        for (var attempts = 1; ; attempts++)
        {
            try
            {
                return await attempt();
            }
            catch (TaskFailedException failed)
            {
                if (retry.Handler is { } handler)
                {
                    if (!await handler(new Microsoft.DurableTask.RetryContext(this, attempts, LastFailure(failed), CurrentUtcDateTime - first, CancellationToken.None))) throw;
                    continue;
                }

                if (PauseBefore(retry.Policy!, attempts, first, failed) is not { } pause) throw;
                await CreateTimer(CurrentUtcDateTime + pause, CancellationToken.None);
            }
        }
    }

    private static TaskFailureDetails LastFailure(TaskFailedException failed) =>
        failed.FailureDetails ?? TaskFailureDetails.FromException(new CoreTaskFailedException(null, null));

    /// <summary>How long to wait after so many attempts; null where there is no further one.</summary>
    private TimeSpan? PauseBefore(RetryPolicy policy, int attempts, DateTime first, TaskFailedException failed)
    {
        if (attempts >= policy.MaxNumberOfAttempts || !policy.Handle(failed)) return null;
        if (policy.RetryTimeout != Timeout.InfiniteTimeSpan && CurrentUtcDateTime - first >= policy.RetryTimeout) return null;
        var milliseconds = policy.FirstRetryInterval.TotalMilliseconds * Math.Pow(policy.BackoffCoefficient, attempts - 1);
        var longest = policy.MaxRetryInterval == Timeout.InfiniteTimeSpan ? MaxTimer : policy.MaxRetryInterval;
        return TimeSpan.FromMilliseconds(Math.Min(milliseconds, longest.TotalMilliseconds));
    }

    private Task<T> BeginAsync<T>(TaskName name, Func<int, TaskStarted> start)
    {
        var task = new OpenTask<T>(name, _converter);
        if (Begin(start) is { } id) _open.Add(id, task);
        return task.Task;
    }

    /// <summary>Takes the next number. Null where the replay has left the recorded path: then nothing continues.</summary>
    private int? Begin(Func<int, HistoryEvent> start)
    {
        EnsureOwnThread();
        if (Fatal is not null) return null;
        var id = _nextId++;
        var begun = start(id);
        if (_recorded.TryGetValue(id, out var recorded))
        {
            if (IsSame(recorded, begun)) return id;
            Fatal = Divergence.Other(recorded, begun);
            return null;
        }

        if (_replaying)
        {
            Fatal = Divergence.New(id, begun);
            return null;
        }

        _begun.Add(begun);
        return id;
    }

    private void Deliver(EventReceived received)
    {
        // The latest wait first: an orchestrator that waits again has lost interest in the earlier one.
        if (_waiters.FindLast(waiter => Matches(waiter.Name, received.Name)) is not { } waiter)
        {
            _unread.Add(received);
            return;
        }

        _waiters.Remove(waiter);
        Hand(received, waiter);
    }

    private void Hand(EventReceived received, EventWaiter waiter)
    {
        // An event that cannot be read ends the instance; the orchestrator has no say in it.
        if (waiter.Task.Succeed(received.Payload) is { } unreadable) Fatal ??= new UnhandledInFunctionException(_head.Name, unreadable.ToString());
    }

    private void WhenCanceled(Action action, CancellationToken token)
    {
        // A token that fires on a thread of its own is not the orchestrator's doing, and would not be the same at replay.
        if (token.CanBeCanceled) _registrations.Add(token.Register(() => { if (_thread.IsCurrent) action(); }));
    }

    private void EnsureOwnThread()
    {
        if (!_thread.IsCurrent) throw InvalidAwait();
    }

    public static InvalidOperationException InvalidAwait() => new(
        "An invalid asynchronous invocation was detected. This can be caused by awaiting non-durable tasks in an orchestrator function's implementation or by middleware that invokes asynchronous code.");

    private static bool IsSame(HistoryEvent recorded, HistoryEvent begun) =>
        recorded.GetType() == begun.GetType() && (recorded is not TaskStarted task || Matches(task.Name, ((TaskStarted)begun).Name));

    private static int? IdOf(HistoryEvent e) => e switch
    {
        TaskStarted task => task.Id,
        TimerStarted timer => timer.Id,
        _ => null,
    };

    private abstract class OpenTask(string name)
    {
        public string Name { get; } = name;

        /// <summary>Ends the task with a value; returns what was wrong with it, which the task ends with too.</summary>
        public abstract Exception? Succeed(string? result);

        public abstract void Fail(Exception exception);
    }

    private sealed class OpenTask<T>(string name, DataConverter converter) : OpenTask(name)
    {
        private readonly TaskCompletionSource<T> _source = new();

        public Task<T> Task => _source.Task;

        public override Exception? Succeed(string? result)
        {
            T value;
            try
            {
                value = converter.Deserialize<T>(result)!;
            }
            catch (Exception exception) when (exception is System.Text.Json.JsonException or NotSupportedException or FormatException)
            {
                Fail(exception);
                return exception;
            }

            _source.TrySetResult(value);
            return null;
        }

        public override void Fail(Exception exception) => _source.TrySetException(exception);

        public void Cancel(CancellationToken token) => _source.TrySetCanceled(token);
    }

    private sealed record EventWaiter(string Name, OpenTask Task);
}
