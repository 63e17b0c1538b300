using Azure;
using Azure.Data.Tables;
using Microsoft.DurableTask.Client;

namespace Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Engine;

/// <summary>An instance as one process sees it: the rows of its partition. True as long as the head's ETag is.</summary>
internal sealed class InstanceState
{
    private readonly HashSet<int> _settled = [];
    private readonly Dictionary<int, TaskStarted> _started = [];
    private readonly Dictionary<int, TimerStarted> _timers = [];
    private readonly List<Turn> _history = [];

    public InstanceState(Head head, ETag etag, string? input, Outcome outcome, Carried carried)
    {
        Head = head;
        ETag = etag;
        Input = input;
        Outcome = outcome;
        Carried = carried;
        foreach (var task in carried.Tasks) _started.Add(task.Id, task);
    }

    public Head Head { get; private set; }

    public ETag ETag { get; private set; }

    public string? Input { get; }

    public Outcome Outcome { get; private set; }

    public Carried Carried { get; }

    public IReadOnlyList<Turn> History => _history;

    /// <summary>Messages nobody has read, oldest first.</summary>
    public List<Message> Inbox { get; } = [];

    /// <summary>Keys of rows that belong to earlier generations.</summary>
    public List<string> Garbage { get; init; } = [];

    /// <summary>Every key of this generation that goes when the generation does.</summary>
    public List<string> GenerationRows { get; init; } = [];

    /// <summary>Keys of the rows of each message: more than one where the message is long.</summary>
    public Dictionary<string, IReadOnlyList<string>> MessageRows { get; } = [];

    /// <summary>Tasks that were started and have no result yet. A terminated instance waits for none.</summary>
    public IEnumerable<TaskStarted> Pending =>
        _started.Values.Where(task => IsPending(task.Id));

    /// <summary>Timers that have neither fired nor been cancelled.</summary>
    public IEnumerable<TimerStarted> Timers => Head.IsEnded ? [] : _timers.Values;

    public bool IsPending(int task) =>
        Head.Status is not OrchestrationRuntimeStatus.Terminated && _started.ContainsKey(task) && !_settled.Contains(task);

    public bool HasSeen(string eventKey) =>
        Inbox.Any(message => message.Key == eventKey)
        || Carried.Events.Any(received => received.Key == eventKey)
        || _history.Any(turn => turn.Events.Any(e => e is EventReceived received && received.Key == eventKey));

    public void Append(Turn turn)
    {
        _history.Add(turn);
        foreach (var e in turn.Events)
        {
            switch (e)
            {
                case TaskStarted task: _started.Add(task.Id, task); break;
                case TimerStarted timer: _timers.Add(timer.Id, timer); break;
                case TimerCanceled(var id): _timers.Remove(id); break;
                case TimerFired(var id): _timers.Remove(id); break;
                case TaskSucceeded(var id, _): _settled.Add(id); break;
                case TaskFailed(var id, _): _settled.Add(id); break;
                case TaskDone(var id): _settled.Add(id); break;
            }
        }
    }

    public void Add(Message message, IReadOnlyList<string> rows)
    {
        Inbox.Add(message);
        Inbox.Sort((a, b) => a.At.CompareTo(b.At));
        MessageRows[message.Key] = rows;
    }

    public void Remove(Message message)
    {
        Inbox.Remove(message);
        MessageRows.Remove(message.Key);
    }

    /// <summary>A commit of this process went through.</summary>
    public void Committed(Head head, ETag etag)
    {
        Head = head;
        ETag = etag;
    }

    public void Ended(Outcome outcome) => Outcome = outcome;

    /// <summary>Null where the partition has no head: there is no such instance, whatever else lies there.</summary>
    public static InstanceState? Of(IReadOnlyDictionary<string, TableEntity> rows)
    {
        if (!rows.TryGetValue(Keys.Head, out var headRow)) return null;
        var head = Head.Of(headRow);
        var generation = head.Generation;
        var state = new InstanceState(
            head,
            headRow.ETag,
            head.HasInputRow ? Payload.Read<string>(Keys.Input(generation), rows) : head.Input,
            head.HasOutcomeRow ? Payload.Read<Outcome>(Keys.Outcome(generation), rows) : new Outcome(head.Output, null),
            rows.ContainsKey(Keys.Carried(generation)) ? Payload.Read<Carried>(Keys.Carried(generation), rows) : Carried.Nothing)
        {
            Garbage = [.. rows.Keys.Where(key => Keys.GenerationOf(key) is { } of && of != generation)],
            GenerationRows = [.. rows.Keys.Where(key => Keys.GenerationOf(key) == generation)],
        };
        for (var turn = 1; turn <= head.Turns; turn++) state.Append(Payload.Read<Turn>(Keys.Turn(generation, turn), rows));

        foreach (var key in rows.Keys.Where(key => key.StartsWith("m|", StringComparison.Ordinal) && !IsContinuation(key)))
            state.Add(Payload.Read<Message>(key, rows), [.. rows.Keys.Where(other => other == key || (other.StartsWith(key + "~", StringComparison.Ordinal) && IsContinuation(other)))]);
        return state;
    }

    private static bool IsContinuation(string key) => key is [.., '~', >= '0' and <= '9', >= '0' and <= '9'];
}
