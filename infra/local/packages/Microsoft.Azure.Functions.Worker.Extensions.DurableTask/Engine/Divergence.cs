using DurableTask.Core.Exceptions;

namespace Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Engine;

/// <summary>A replay that goes another way than the history, in the genuine engine's words, with its blanks and missing commas.</summary>
internal static class Divergence
{
    private const string Before = "A previous execution of this orchestration scheduled ";
    private const string Question = "Was a change made to the orchestrator code after this instance had already started running?";

    /// <summary>The history has something that the replay did not come to.</summary>
    public static NonDeterministicOrchestrationException Missing(HistoryEvent recorded) => new(recorded switch
    {
        ActivityStarted e => $"{Before}an activity task with sequence ID {e.Id} and name '{e.Name}' (version ''), but {NotYet}",
        ChildStarted e => $"{Before}a {Child(e)}, but {NotYet}",
        EventSent e => $"{Before}a send event task with sequence ID {e.Id}, type 'EventSent' name '{e.Name}', instance ID '{e.InstanceId}', but {NotYet}",
        TimerStarted e => $"{Before}a timer task with sequence number {e.Id} but {NotYet}",
        _ => throw new InvalidOperationException($"{recorded} has no sequence number."),
    });

    /// <summary>The replay began something else under the number of what the history has; at least the kind or the name differs.</summary>
    public static NonDeterministicOrchestrationException Other(HistoryEvent recorded, HistoryEvent begun) => new((recorded, begun) switch
    {
        (ActivityStarted e, ActivityStarted now) =>
            $"{Before}an activity task with sequence number {e.Id} named '{e.Name}', but the current orchestration replay instead scheduled an activity task named '{now.Name}' with this sequence number.  {Question}",
        (ActivityStarted e, _) =>
            $"{Before}an activity task with sequence number {e.Id} named '{e.Name}', but the current orchestration replay instead produced a {Action(begun)} action with this sequence number. {Question}",
        (ChildStarted e, ChildStarted now) =>
            $"{Before}a {Child(e)}, but the current orchestration replay instead scheduled a sub-orchestration task with name {now.Name} at this sequence number. {Question}",
        (ChildStarted e, _) =>
            $"{Before}a {Child(e)}, but the current orchestration replay instead produced a {Action(begun)} action at this sequence number. {Question}",
        (EventSent e, EventSent now) =>
            $"{Before}a send event task with sequence ID {e.Id}, type 'EventSent', name '{e.Name}', instance ID '{e.InstanceId}'), but the current orchestration replay instead scheduled a send event task with name {now.Name}at this sequence number. {Question}",
        (EventSent e, _) =>
            $"{Before}a send event task with sequence ID {e.Id}, type 'EventSent', name '{e.Name}', instance ID '{e.InstanceId}', but the current orchestration replay instead scheduled a {Action(begun)} task at this sequence number. {Question}",
        (TimerStarted e, _) =>
            $"{Before}a timer task with sequence number {e.Id} named but the current orchestration replay instead produced a {Action(begun)} action with this sequence number. {Question}",
        _ => throw new InvalidOperationException($"{recorded} has no sequence number."),
    });

    /// <summary>The replay began something under a number that the history does not have. The genuine engine notices this later or never.</summary>
    public static NonDeterministicOrchestrationException New(int id, HistoryEvent begun) => new(
        $"The current orchestration replay produced a {Action(begun)} action with sequence number {id}, which no previous execution of this orchestration did. {Question}");

    private static string NotYet => $"the current replay execution hasn't (yet?) scheduled this task. {Question}";

    private static string Child(ChildStarted e) =>
        $"sub-orchestration task with sequence ID {e.Id} and name '{e.Name}' (version '', instance ID '{e.InstanceId}')";

    private static string Action(HistoryEvent e) => e switch
    {
        ActivityStarted => "ScheduleTaskOrchestratorAction",
        ChildStarted => "CreateSubOrchestrationAction",
        EventSent => "SendEventOrchestratorAction",
        _ => "CreateTimerOrchestratorAction",
    };
}
