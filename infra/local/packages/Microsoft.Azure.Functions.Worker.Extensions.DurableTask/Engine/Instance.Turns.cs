using Azure;
using Azure.Data.Tables;
using Microsoft.DurableTask.Client;

namespace Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Engine;

/// <content>What arrives, the turn it makes, and the commit of both.</content>
internal sealed partial class Instance
{
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
                        events.Add(e.HasFailed ? new TaskFailed(e.Caller.TaskId, e.Failure) : new TaskSucceeded(e.Caller.TaskId, e.Result));
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

        var before = state.Head.Status;
        commit.Apply(version);
        Settled(arrived.Taken);
        Log.Turn(log, Id, commit.Head.Generation, commit.Head.Turns, commit.Head.Status);
        if (arrived.RunsOrchestrator && commit.Head.Status is OrchestrationRuntimeStatus.Failed) Log.Failed(log, commit.Head.Name, Id, result.Output);
        // Those who wait, wait for a status.
        if (commit.Head.Status != before) hub.Changed(Id);
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

    private sealed record Arrived(List<HistoryEvent> Events, List<Arrival> Taken, List<Message> Read, bool RunsOrchestrator);

    private sealed record Commit(Head Head, List<TableEntity> Added, List<string> Deleted, DateTimeOffset? Attention, Action<ETag> Apply)
    {
        public int Size => Added.Sum(Payload.SizeOf);
    }
}
