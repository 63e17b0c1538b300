using System.Text.Json.Serialization;
using Microsoft.DurableTask;

namespace Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Engine;

/// <summary>One turn of an orchestrator: what arrived, then what it did about it, in order. One row of the history.</summary>
internal sealed record Turn(DateTimeOffset At, IReadOnlyList<HistoryEvent> Events);

/// <summary>What a generation took over from the one before: events nobody read, and tasks that were started but not awaited.</summary>
internal sealed record Carried(IReadOnlyList<EventReceived> Events, IReadOnlyList<TaskStarted> Tasks)
{
    public static readonly Carried Nothing = new([], []);
}

[JsonDerivedType(typeof(ActivityStarted), "activity")]
[JsonDerivedType(typeof(ChildStarted), "child")]
[JsonDerivedType(typeof(EventSent), "send")]
[JsonDerivedType(typeof(TimerStarted), "timer")]
[JsonDerivedType(typeof(TimerCanceled), "timerCanceled")]
[JsonDerivedType(typeof(TimerFired), "timerFired")]
[JsonDerivedType(typeof(TaskSucceeded), "succeeded")]
[JsonDerivedType(typeof(TaskFailed), "failed")]
[JsonDerivedType(typeof(TaskDone), "done")]
[JsonDerivedType(typeof(EventReceived), "event")]
internal abstract record HistoryEvent;

/// <summary>Something an orchestrator began; ids count from 0 in the order of the calls, and a replay must begin the same things.</summary>
[JsonDerivedType(typeof(ActivityStarted), "activity")]
[JsonDerivedType(typeof(ChildStarted), "child")]
[JsonDerivedType(typeof(EventSent), "send")]
internal abstract record TaskStarted(int Id, string Name) : HistoryEvent;

internal sealed record ActivityStarted(int Id, string Name, string? Input) : TaskStarted(Id, Name);

/// <summary>A caller is given where the child answers a call of an earlier generation.</summary>
internal sealed record ChildStarted(int Id, string Name, string InstanceId, string? Input, Caller? Caller = null) : TaskStarted(Id, Name);

internal sealed record EventSent(int Id, string Name, string InstanceId, string? Payload) : TaskStarted(Id, Name);

internal sealed record TimerStarted(int Id, DateTimeOffset FireAt) : HistoryEvent;

internal sealed record TimerCanceled(int Id) : HistoryEvent;

internal sealed record TimerFired(int Id) : HistoryEvent;

/// <summary>An activity or a sub-orchestration ended with a result.</summary>
internal sealed record TaskSucceeded(int Id, string? Result) : HistoryEvent;

/// <summary>An activity or a sub-orchestration ended with an exception; null where it could not be run at all, or was terminated.</summary>
internal sealed record TaskFailed(int Id, TaskFailureDetails? Failure) : HistoryEvent;

/// <summary>A task whose result nobody waits for needs nothing more.</summary>
internal sealed record TaskDone(int Id) : HistoryEvent;

/// <summary>An event from outside; the key tells a second delivery of the same one.</summary>
internal sealed record EventReceived(string Key, string Name, string? Payload) : HistoryEvent;

/// <summary>A row of the inbox, in the order of <see cref="At"/>. A child's message also says which call of which generation it answers.</summary>
[JsonDerivedType(typeof(EventMessage), "event")]
[JsonDerivedType(typeof(ChildEnded), "child")]
internal abstract record Message(string Key, DateTimeOffset At);

internal sealed record EventMessage(string Key, DateTimeOffset At, string Name, string? Payload) : Message(Key, At);

internal sealed record ChildEnded(string Key, DateTimeOffset At, Caller Caller, bool HasFailed, string? Result, TaskFailureDetails? Failure) : Message(Key, At);

/// <summary>The call that a sub-orchestration answers: an instance, one life and generation of it, and the task's id.</summary>
internal sealed record Caller(string InstanceId, string Name, string Execution, int Generation, int TaskId);
