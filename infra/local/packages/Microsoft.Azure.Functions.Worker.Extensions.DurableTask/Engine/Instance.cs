using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Data.Tables;
using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Engine;

/// <summary>
/// One instance in this process: the state as last seen, what runs for it, and the gate through which everything that this process
/// does to the instance goes. See <see cref="TaskHub"/> for the rules.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore without a wait handle holds nothing to dispose of.")]
internal sealed partial class Instance(string id, TaskHub hub, ILogger log)
{
    /// <summary>Timers nearer than this are not worth a write to the index.</summary>
    private static readonly TimeSpan NotWorthLowering = TimeSpan.FromSeconds(30);

    /// <summary>Messages one turn reads.</summary>
    private const int MaxMessages = 60;

    /// <summary>Characters of results one turn takes, at least one result.</summary>
    private const int MaxArrivedCharacters = 1_500_000;

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Lock _arrivals = new();
    private readonly List<Arrival> _arrived = [];
    private readonly List<RunningTask> _running = [];
    private InstanceState? _state;
    private WorkRow? _row;
    private WorkRow? _polled;
    private DateTimeOffset? _scheduled;
    private string? _callerTold;
    private string? _callerBeingTold;
    private volatile bool _announced;
    private bool _retired;
    private int _signals;
    private int _seenSignals;

    public string Id { get; } = id;

    /// <summary>Waits for the gate; false where the instance has been let go meanwhile.</summary>
    public async Task<bool> TryEnterAsync(CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        if (!_retired) return true;
        _gate.Release();
        return false;
    }

    public void Exit() => _gate.Release();

    /// <summary>What is known may be wrong: it is read and looked at again. The caller holds the gate.</summary>
    public void Doubt()
    {
        Forget();
        Signal();
    }

    /// <summary>There may be something to do. Returns at once.</summary>
    public void Signal()
    {
        if (hub.IsWorking && Interlocked.Increment(ref _signals) == 1) hub.InBackground(DriveAsync);
    }

    /// <summary>A poll found the instance in the index.</summary>
    public void Seen(WorkRow row)
    {
        if (row.Writer == hub.Owner && Volatile.Read(ref _row) is { } own && own.ETag == row.ETag) return;
        // Another process wrote the row: to announce a message, perhaps one it has not committed yet.
        if (row.Writer != hub.Owner) _announced = true;
        Volatile.Write(ref _polled, row);
        Signal();
    }

    /// <summary>Starts the instance; the caller holds the gate. Repeating it with the same execution or caller does no harm.</summary>
    /// <returns>Null, or why not.</returns>
    public async Task<string?> StartAsync(NewInstance start, CancellationToken cancellation)
    {
        var due = start.StartAt is { } at && at > hub.Now ? at : hub.Now;
        var fresh = false;
        var head = start.ToHead(hub.Now, due > hub.Now ? "" : hub.OwnerIfWorking);
        await RaiseAsync(due, head.Owner, cancellation);
        while (true)
        {
            var generation = _state is null ? 1 : _state.Head.Generation + 1;
            if (_state is { } state)
            {
                if (state.Head.Execution == start.Execution) break;
                if (start.Caller is not null && state.Head.Caller == start.Caller) break;
                if (!state.Head.IsEnded || start.RefuseWhen.Contains(state.Head.Status))
                {
                    if (fresh)
                    {
                        Signal();
                        return $"An Orchestration instance with the ID {Id} already exists.";
                    }

                    fresh = await ReloadAsync(cancellation);
                    continue;
                }

                await TellCallerAsync(state, cancellation);
            }

            head = head with { Generation = generation };
            var rows = head.HasInputRow ? Payload.Rows(Keys.Partition(Id), Keys.Input(generation), start.Input!).ToList() : [];
            if (rows.Sum(Payload.SizeOf) > Payload.LargestCommit) throw new PayloadTooLargeException("The input of the orchestration is too large to be stored.");
            // Messages to the life before are nothing to this one.
            if (_state is { MessageRows.Count: > MaxMessages } crowded)
            {
                await hub.Store.DeleteAsync(Id, crowded.ETag, cancellation);
                fresh = await ReloadAsync(cancellation);
                continue;
            }

            var dead = _state?.MessageRows.Values.SelectMany(keys => keys).ToList() ?? [];
            var garbage = _state is null ? [] : _state.Garbage.Concat(_state.GenerationRows).ToList();
            var deleted = Take(dead, garbage, rows.Count);
            if (await hub.Store.CommitAsync(head, _state?.ETag, new Changes(rows, deleted), cancellation) is { } version)
            {
                _state = new InstanceState(head, version, start.Input, new Outcome(null, null), Carried.Nothing)
                {
                    Garbage = [.. dead.Concat(garbage).Except(deleted)],
                    GenerationRows = [.. rows.Select(row => row.RowKey)],
                };
                break;
            }

            fresh = await ReloadAsync(cancellation);
            await RaiseAsync(due, head.Owner, cancellation);
        }

        hub.Changed(Id);
        Signal();
        return null;
    }

    /// <summary>Puts a message into the inbox, unless it has been there before; the caller holds the gate.</summary>
    public async Task<Delivery> DeliverAsync(Message message, CancellationToken cancellation)
    {
        var fresh = _state is null;
        while (true)
        {
            if (_state is null) fresh = await ReloadAsync(cancellation);
            if (_state is not { } state || state.Head.IsEnded)
            {
                if (fresh) return _state is null ? Delivery.NoInstance : Delivery.Ended;
                fresh = await ReloadAsync(cancellation);
                continue;
            }

            if (message is ChildEnded ended && !IsAwaited(state, ended)) return Delivery.Done;
            if (state.HasSeen(message.Key)) return Delivery.Done;

            var owner = await hub.IsOtherAliveAsync(state.Head.Owner, cancellation) ? state.Head.Owner : hub.OwnerIfWorking;
            var began = hub.Now;
            if (!IsRaised(began)) await RaiseAsync(began, owner, cancellation);
            var rows = Payload.Rows(Keys.Partition(Id), Keys.Message(message.Key), message).ToList();
            if (rows.Sum(Payload.SizeOf) > Payload.LargestCommit) throw new PayloadTooLargeException("The event is too large to be stored.");
            if (await hub.Store.CommitAsync(state.Head, state.ETag, new Changes(rows, []), cancellation) is { } version)
            {
                state.Committed(state.Head, version);
                state.Add(message, [.. rows.Select(row => row.RowKey)]);
                // Who saw the announcement has waited for the commit only so long.
                if (hub.Now - began > hub.Options.AnnouncementGrace / 3) await RaiseAsync(hub.Now, owner, cancellation);
                Signal();
                return Delivery.Done;
            }

            fresh = await ReloadAsync(cancellation);
        }
    }

    /// <summary>Ends the instance from outside; the caller holds the gate.</summary>
    public async Task<(Delivery Result, OrchestrationRuntimeStatus? Status)> TerminateAsync(string? output, CancellationToken cancellation)
    {
        var fresh = false;
        var tried = false;
        while (true)
        {
            if (_state is null) fresh = await ReloadAsync(cancellation);
            if (_state is not { } state) return (Delivery.NoInstance, null);
            if (state.Head.IsEnded)
            {
                // An earlier attempt went through and only its answer was lost.
                if (tried && state.Head.Status is OrchestrationRuntimeStatus.Terminated) break;
                if (fresh) return (Delivery.Ended, state.Head.Status);
                fresh = await ReloadAsync(cancellation);
                continue;
            }

            var now = hub.Now;
            if (state.Head.Caller is not null && !IsRaised(now)) await RaiseAsync(now, hub.OwnerIfWorking, cancellation);
            var outcome = new Outcome(output, null);
            var head = Ended(state.Head, OrchestrationRuntimeStatus.Terminated, outcome, now) with { Owner = "" };
            var rows = OutcomeRows(head, outcome);
            if (await hub.Store.CommitAsync(head, state.ETag, new Changes(rows, []), cancellation) is { } version)
            {
                state.Committed(head, version);
                state.Ended(outcome);
                state.GenerationRows.AddRange(rows.Select(row => row.RowKey));
                break;
            }

            tried = true;
            fresh = await ReloadAsync(cancellation);
        }

        hub.Changed(Id);
        Signal();
        return (Delivery.Done, OrchestrationRuntimeStatus.Terminated);
    }

    /// <summary>Deletes the instance if it has ended; the caller holds the gate.</summary>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> PurgeAsync(CancellationToken cancellation)
    {
        await ReloadAsync(cancellation);
        while (_state is { } state)
        {
            if (!state.Head.IsEnded)
            {
                throw new InvalidOperationException(
                    $"Only orchestrations in a terminal state can be purged, but the orchestration with instance ID {Id} has status {state.Head.Status}");
            }

            await TellCallerAsync(state, cancellation);
            if (await hub.Store.DeleteAsync(Id, state.ETag, cancellation))
            {
                Forget();
                hub.Changed(Id);
                return true;
            }

            await ReloadAsync(cancellation);
        }

        return false;
    }

    /// <summary>Works until there is nothing to do; a failure of storage is tried again.</summary>
    private async Task DriveAsync(CancellationToken cancellation)
    {
        do
        {
            var seen = Volatile.Read(ref _signals);
            if (!await TryEnterAsync(cancellation)) return;
            try
            {
                _seenSignals = seen;
                await WorkAsync(cancellation);
            }
            catch (Exception)
            {
                // What was believed about the rows may be wrong now.
                Forget();
                throw;
            }
            finally
            {
                Exit();
            }

            if (Interlocked.Add(ref _signals, -seen) == 0) return;
        }
        while (true);
    }

    private async Task WorkAsync(CancellationToken cancellation)
    {
        while (true)
        {
            if (_announced)
            {
                _announced = false;
                _state = null;
            }

            _state ??= await hub.Store.LoadAsync(Id, cancellation);
            if (_state is not { } state)
            {
                Settled(null);
                await LowerAsync(null, cancellation);
                Retire();
                return;
            }

            if (await hub.IsOtherAliveAsync(state.Head.Owner, cancellation))
            {
                // The index must name the process that works on it: that one is to keep the row right.
                if ((_row ?? _polled) is { } row && row.Owner != state.Head.Owner) await RaiseAsync(hub.Now, state.Head.Owner, cancellation);
                _state = null;
                Settled(null);
                return;
            }

            var arrived = Collect(state);
            if (arrived is not null)
            {
                if (!await TakeTurnAsync(state, arrived, cancellation)) Forget();
                continue;
            }

            var waiting = state.Pending.Where(task => !_running.Exists(running => running.Is(state.Head, task.Id))).ToList();
            if (waiting.Count > 0 && !hub.IsDraining)
            {
                if (state.Head.Owner != hub.Owner && !await ClaimAsync(state, cancellation))
                {
                    Forget();
                    continue;
                }

                foreach (var task in waiting) Start(state, task);
            }

            if (IsCallerWaiting(state)) TellCallerInBackground(state);
            await SettleAsync(state, cancellation);
            return;
        }
    }

    /// <summary>What has arrived for the next turn; null where there is nothing.</summary>
    private Arrived? Collect(InstanceState state)
    {
        var head = state.Head;
        var hasBegun = state.History.Count > 0 || head.StartAt is null || head.StartAt <= hub.Now;
        List<HistoryEvent> events = [];
        List<Arrival> taken = [];
        List<Message> read = [];
        HashSet<int> settled = [];
        var characters = 0;
        lock (_arrivals)
        {
            foreach (var arrival in _arrived)
            {
                if (characters > MaxArrivedCharacters) break;
                taken.Add(arrival);
                var (task, e) = arrival;
                if (!task.Is(head, task.TaskId) || !state.IsPending(task.TaskId) || !settled.Add(task.TaskId)) continue;
                if (e is TaskSucceeded { Result.Length: var length }) characters += length;
                // A result that nobody can wait for any more is not kept.
                events.Add(head.IsEnded || task.TaskId < 0 || e is TaskDone ? new TaskDone(task.TaskId) : WithId(e, task.TaskId));
            }
        }

        // A child that nobody waits for is done once it has been started.
        foreach (var child in _running.Where(running => running.HasStartedChild && running.Is(head, running.TaskId) && state.IsPending(running.TaskId)))
        {
            if ((head.IsEnded || child.TaskId < 0) && settled.Add(child.TaskId)) events.Add(new TaskDone(child.TaskId));
        }

        if (!head.IsEnded && hasBegun)
        {
            foreach (var message in state.Inbox.Take(MaxMessages))
            {
                if (characters > MaxArrivedCharacters) break;
                read.Add(message);
                switch (message)
                {
                    case EventMessage e:
                        characters += e.Payload?.Length ?? 0;
                        events.Add(new EventReceived(e.Key, e.Name, e.Payload));
                        break;
                    case ChildEnded e when IsAwaited(state, e) && settled.Add(e.Caller.TaskId):
                        characters += e.Result?.Length ?? 0;
                        events.Add(e.Failure is { } failure ? new TaskFailed(e.Caller.TaskId, failure) : new TaskSucceeded(e.Caller.TaskId, e.Result));
                        break;
                }
            }

            events.AddRange(state.Timers.Where(timer => timer.FireAt <= hub.Now).OrderBy(timer => timer.FireAt).Select(timer => new TimerFired(timer.Id)));
        }

        var isFirst = !head.IsEnded && hasBegun && state.History.Count == 0;
        if (events.Count == 0 && read.Count == 0 && !isFirst)
        {
            Settled(taken);
            return null;
        }

        return new Arrived(events, taken, read, isFirst || (!head.IsEnded && events.Exists(e => e is not TaskDone)));
    }

    /// <summary>Runs the orchestrator on what arrived and commits both at once; false where the commit was lost.</summary>
    private async Task<bool> TakeTurnAsync(InstanceState state, Arrived arrived, CancellationToken cancellation)
    {
        var at = state.History.Count > 0 && state.History[^1].At > hub.Now ? state.History[^1].At : hub.Now;
        var result = arrived.RunsOrchestrator
            ? await hub.RunTurnAsync(state, at, arrived.Events, cancellation)
            : new TurnResult(new Turn(at, arrived.Events), state.Head.Status, state.Outcome.Output, state.Outcome.Failure, state.Head.CustomStatus);

        var commit = result.Next is null ? GoOn(state, arrived, result) : BeginNextGeneration(state, arrived, result);
        if (commit.Size > Payload.LargestCommit && commit.Head.IsEnded) commit = GoOn(state, arrived, result with { Turn = WithoutResults(result.Turn) });
        if (commit.Size > Payload.LargestCommit)
        {
            var tooLarge = new PayloadTooLargeException(
                $"What this turn would store ({commit.Size / 1_000_000.0:F1} MB after compression) is more than one transaction takes ({Payload.LargestCommit / 1_000_000.0:F1} MB).");
            result = new OrchestrationTurn(state, at, [.. arrived.Events.Where(e => e is TaskDone)], hub.Converter, hub.Loggers).Fail(tooLarge);
            commit = GoOn(state, arrived, result);
        }

        if (commit.Attention is { } attention && !IsRaised(attention)) await RaiseAsync(attention, commit.Head.Owner, cancellation);
        if (await hub.Store.CommitAsync(commit.Head, state.ETag, new Changes(commit.Added, commit.Deleted), cancellation) is not { } version) return false;

        commit.Apply(version);
        Settled(arrived.Taken);
        Log.Turn(log, Id, commit.Head.Generation, commit.Head.Turns, commit.Head.Status);
        hub.Changed(Id);
        return true;
    }

    private Commit GoOn(InstanceState state, Arrived arrived, TurnResult result)
    {
        var partition = Keys.Partition(Id);
        var turns = state.Head.Turns + 1;
        var outcome = new Outcome(result.Output, result.Failure);
        var added = Payload.Rows(partition, Keys.Turn(state.Head.Generation, turns), result.Turn).ToList();
        var head = state.Head with { Status = result.Status, CustomStatus = result.CustomStatus, Turns = turns };
        if (!state.Head.IsEnded) head = head with { UpdatedAt = result.Turn.At };
        if (head.IsEnded && !state.Head.IsEnded)
        {
            head = Ended(head, result.Status, outcome, result.Turn.At);
            added.AddRange(OutcomeRows(head, outcome));
        }

        var stillPending = StillPending(state, result.Turn).Any();
        var isActive = stillPending || (!head.IsEnded && arrived.Read.Count < state.Inbox.Count);
        head = head with { Owner = isActive ? hub.Owner : "" };
        var read = arrived.Read.SelectMany(message => state.MessageRows[message.Key]).ToList();
        var deleted = Take(read, state.Garbage, added.Count);
        return new Commit(head, added, deleted, isActive || IsCallerWaiting(head) ? hub.Now : NextTimer(state, result.Turn, head), version =>
        {
            state.Committed(head, version);
            state.Append(result.Turn);
            state.GenerationRows.AddRange(added.Select(row => row.RowKey));
            state.Garbage.RemoveAll(deleted.Contains);
            foreach (var message in arrived.Read) state.Remove(message);
            if (head.IsEnded) state.Ended(outcome);
            _running.RemoveAll(running => running.Is(head, running.TaskId) && !state.IsPending(running.TaskId));
        });
    }

    private Commit BeginNextGeneration(InstanceState state, Arrived arrived, TurnResult result)
    {
        var partition = Keys.Partition(Id);
        var generation = state.Head.Generation + 1;
        var next = result.Next!;
        var isLong = next.Input?.Length > Head.LongestInline;
        var tasks = StillPending(state, result.Turn)
            .Where(task => !_running.Exists(running => running.Is(state.Head, task.Id) && running.HasStartedChild))
            .Select((task, index) => (Old: task, New: Detach(state, task, -1 - index)))
            .ToList();
        var carried = new Carried(next.Unread, [.. tasks.Select(task => task.New)]);
        List<TableEntity> added =
        [
            .. isLong ? Payload.Rows(partition, Keys.Input(generation), next.Input!) : [],
            .. carried.Events.Count + carried.Tasks.Count > 0 ? Payload.Rows(partition, Keys.Carried(generation), carried) : [],
        ];
        var head = state.Head with
        {
            Generation = generation,
            Turns = 0,
            Status = OrchestrationRuntimeStatus.Running,
            CustomStatus = result.CustomStatus,
            Input = isLong ? null : next.Input,
            HasInputRow = isLong,
            UpdatedAt = result.Turn.At,
            StartAt = null,
            Owner = hub.Owner,
        };
        var read = arrived.Read.SelectMany(message => state.MessageRows[message.Key]).ToList();
        var garbage = state.Garbage.Concat(state.GenerationRows).ToList();
        var deleted = Take(read, garbage, added.Count);
        return new Commit(head, added, deleted, hub.Now, version =>
        {
            var begun = new InstanceState(head, version, next.Input, new Outcome(null, null), carried)
            {
                Garbage = [.. garbage.Except(deleted)],
                GenerationRows = [.. added.Select(row => row.RowKey)],
            };
            foreach (var message in state.Inbox.Except(arrived.Read)) begun.Add(message, state.MessageRows[message.Key]);
            _running.RemoveAll(running => running.HasStartedChild);
            foreach (var running in _running)
            {
                if (tasks.Find(task => running.Is(state.Head, task.Old.Id)).New is { } detached) running.MoveTo(head, detached.Id);
            }

            _state = begun;
        });
    }

    private static IEnumerable<TaskStarted> StillPending(InstanceState state, Turn turn)
    {
        var settled = turn.Events.Select(e => e switch
        {
            TaskSucceeded(var task, _) => task,
            TaskFailed(var task, _) => task,
            TaskDone(var task) => task,
            _ => (int?)null,
        }).ToHashSet();
        return state.Pending.Where(task => !settled.Contains(task.Id)).Concat(turn.Events.OfType<TaskStarted>());
    }

    /// <summary>The last turn of an instance is never replayed: that its tasks ended is enough.</summary>
    private static Turn WithoutResults(Turn turn) => turn with
    {
        Events = [.. turn.Events.Select(e => e is TaskSucceeded(var task, _) ? new TaskDone(task) : e)],
    };

    private static DateTimeOffset? NextTimer(InstanceState state, Turn turn, Head head)
    {
        if (head.IsEnded) return null;
        var over = turn.Events.Select(e => e switch
        {
            TimerFired(var timer) => timer,
            TimerCanceled(var timer) => timer,
            _ => (int?)null,
        }).ToHashSet();
        return state.Timers.Concat(turn.Events.OfType<TimerStarted>()).Where(timer => !over.Contains(timer.Id)).Min(timer => (DateTimeOffset?)timer.FireAt);
    }

    private static TaskStarted Detach(InstanceState state, TaskStarted task, int id) => task switch
    {
        ActivityStarted activity => activity with { Id = id },
        EventSent sent => sent with { Id = id },
        ChildStarted child => child with { Id = id, Caller = CallerOf(state.Head, child) },
        _ => throw new InvalidOperationException($"Unknown task {task}."),
    };

    private static Caller CallerOf(Head head, ChildStarted child) =>
        child.Caller ?? new Caller(head.InstanceId, head.Name, head.Execution, head.Generation, child.Id);

    private static Head Ended(Head head, OrchestrationRuntimeStatus status, Outcome outcome, DateTimeOffset at)
    {
        var isLong = outcome.Output?.Length > Head.LongestInline;
        return head with
        {
            Status = status,
            EndedAt = at,
            UpdatedAt = at,
            Output = isLong ? null : outcome.Output,
            HasOutcomeRow = isLong || outcome.Failure is not null,
        };
    }

    private static List<TableEntity> OutcomeRows(Head head, Outcome outcome) =>
        head.HasOutcomeRow ? [.. Payload.Rows(Keys.Partition(head.InstanceId), Keys.Outcome(head.Generation), outcome)] : [];

    private static bool IsAwaited(InstanceState state, ChildEnded ended) =>
        ended.Caller.Execution == state.Head.Execution && ended.Caller.Generation == state.Head.Generation && state.IsPending(ended.Caller.TaskId);

    private static HistoryEvent WithId(HistoryEvent e, int id) => e switch
    {
        TaskSucceeded succeeded => succeeded with { Id = id },
        TaskFailed failed => failed with { Id = id },
        _ => e,
    };

    /// <summary>All of the first list and as much of the second as one transaction has room for.</summary>
    private static List<string> Take(List<string> all, List<string> some, int added) =>
        [.. all.Take(Changes.MaxRows - added), .. some.Take(Math.Max(0, Changes.MaxRows - added - all.Count))];

    private async Task<bool> ClaimAsync(InstanceState state, CancellationToken cancellation)
    {
        var head = state.Head with { Owner = hub.Owner };
        if (!IsRaised(hub.Now)) await RaiseAsync(hub.Now, hub.Owner, cancellation);
        if (await hub.Store.CommitAsync(head, state.ETag, Changes.None, cancellation) is not { } version) return false;
        state.Committed(head, version);
        Log.Claimed(log, Id);
        return true;
    }

    private void Start(InstanceState state, TaskStarted task)
    {
        var running = new RunningTask(state.Head, task.Id);
        _running.Add(running);
        var head = state.Head;
        hub.InBackground(async cancellation =>
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
    }

    /// <summary>Null where the child's own message will be the answer.</summary>
    private async Task<HistoryEvent?> StartChildAsync(Head head, ChildStarted child, RunningTask running, CancellationToken cancellation)
    {
        var start = new NewInstance(child.InstanceId, child.Name, child.Input) { Caller = CallerOf(head, child) };
        var refused = await hub.WithAsync(child.InstanceId, instance => instance.StartAsync(start, cancellation), cancellation);
        if (refused is not null) return new TaskFailed(child.Id, TaskFailureDetails.FromException(new OrchestrationAlreadyExistsException(refused)));
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
        var failure = head.Status switch
        {
            OrchestrationRuntimeStatus.Completed => null,
            OrchestrationRuntimeStatus.Terminated => new TaskFailureDetails("(unknown)", "The sub-orchestration was terminated.", null, null, null),
            _ => outcome.Failure ?? new TaskFailureDetails("(unknown)", outcome.Output ?? "", null, null, null),
        };
        return new ChildEnded($"c|{caller.Execution}|{caller.Generation}|{caller.TaskId}", hub.Now, caller, outcome.Output, failure);
    }

    /// <summary>Nothing to do now: the index is told when there will be, and what is no longer needed is let go.</summary>
    private async Task SettleAsync(InstanceState state, CancellationToken cancellation)
    {
        if (IsCallerWaiting(state) || state.Pending.Any() || (!state.Head.IsEnded && state.Inbox.Count > 0 && state.History.Count > 0)) return;
        DateTimeOffset? next = state.Head.IsEnded ? null
            : state.History.Count == 0 ? state.Head.StartAt
            : state.Timers.Min(timer => (DateTimeOffset?)timer.FireAt);
        if (next is { } due && due != _scheduled)
        {
            _scheduled = due;
            hub.Schedule(Id, due);
        }

        await LowerAsync(next, cancellation);
        if (state.Head.IsEnded || hub.IsCrowded) Retire();
    }

    /// <summary>Whether the index row surely says so: this process wrote it in its own name, so that no other lowers it.</summary>
    private bool IsRaised(DateTimeOffset due) => _row is { } row && row.Owner == hub.Owner && row.Due <= (due > hub.Now ? due : hub.Now);

    private async Task RaiseAsync(DateTimeOffset due, string owner, CancellationToken cancellation) =>
        Volatile.Write(ref _row, await hub.Store.RaiseAsync(new WorkRow(Id, due, owner, hub.Owner, hub.Now, default), cancellation));

    private async Task LowerAsync(DateTimeOffset? due, CancellationToken cancellation)
    {
        if ((_row ?? _polled) is not { } row) return;
        // What another process announced may not have been committed yet: the poll shows the row again.
        if (row.Writer != hub.Owner && hub.Now - row.WrittenAt < hub.Options.AnnouncementGrace) return;
        if (due is { } next && (next <= row.Due || next - hub.Now < NotWorthLowering)) return;
        _polled = null;
        Volatile.Write(ref _row, await hub.Store.LowerAsync(row, due, cancellation));
    }

    private async Task<bool> ReloadAsync(CancellationToken cancellation)
    {
        Forget();
        _state = await hub.Store.LoadAsync(Id, cancellation);
        return true;
    }

    /// <summary>Somebody else has changed the instance: what was known is worth nothing, the index row included.</summary>
    private void Forget()
    {
        _state = null;
        _scheduled = null;
        Volatile.Write(ref _row, null);
    }

    /// <summary>These results are stored, or nobody wants them; null: all of them.</summary>
    private void Settled(List<Arrival>? arrivals)
    {
        lock (_arrivals)
        {
            var settled = arrivals ?? [.. _arrived];
            _arrived.RemoveAll(settled.Contains);
            _running.RemoveAll(running => settled.Exists(arrival => arrival.Task == running));
        }
    }

    private void Retire()
    {
        lock (_arrivals)
        {
            if (_running.Exists(running => !running.HasStartedChild) || _arrived.Count > 0 || Volatile.Read(ref _signals) != _seenSignals) return;
        }

        _retired = true;
        hub.Remove(this);
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

    private sealed record Arrived(List<HistoryEvent> Events, List<Arrival> Taken, List<Message> Read, bool RunsOrchestrator);

    private sealed record Commit(Head Head, List<TableEntity> Added, List<string> Deleted, DateTimeOffset? Attention, Action<ETag> Apply)
    {
        public int Size => Added.Sum(Payload.SizeOf);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "Instance {Id}: turn {Turn} of generation {Generation} committed, {Status}")]
        public static partial void Turn(ILogger logger, string id, int generation, int turn, OrchestrationRuntimeStatus status);

        [LoggerMessage(2, LogLevel.Information, "Instance {Id}: taken over")]
        public static partial void Claimed(ILogger logger, string id);

        [LoggerMessage(3, LogLevel.Warning, "Instance {Id}: the event {Event} to {Target} was dropped because that instance is not running")]
        public static partial void EventLost(ILogger logger, string id, string @event, string target);
    }
}

/// <summary>What became of a message.</summary>
internal enum Delivery
{
    /// <summary>It is in the inbox, was there before, or answers a call that nobody waits for.</summary>
    Done,

    NoInstance,

    Ended,
}

/// <summary>An instance to be started.</summary>
internal sealed record NewInstance(string InstanceId, string Name, string? Input)
{
    public string Execution { get; } = Guid.NewGuid().ToString("N");

    public DateTimeOffset? StartAt { get; init; }

    public Caller? Caller { get; init; }

    public string Version { get; init; } = "";

    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>Ended statuses in which an existing instance is not replaced.</summary>
    public IReadOnlyList<OrchestrationRuntimeStatus> RefuseWhen { get; init; } = [];

    public Head ToHead(DateTimeOffset now, string owner) => new()
    {
        InstanceId = InstanceId,
        Name = Name,
        Execution = Execution,
        Status = OrchestrationRuntimeStatus.Pending,
        CreatedAt = now,
        UpdatedAt = now,
        StartAt = StartAt,
        Owner = owner,
        Caller = Caller,
        Version = Version,
        Tags = Tags,
        Input = Input?.Length > Head.LongestInline ? null : Input,
        HasInputRow = Input?.Length > Head.LongestInline,
    };
}
