using Microsoft.Azure.Functions.Worker;

namespace SyncFunctions.ProbeApp;

/// <summary>Notes that it was due; the setting <c>TickSchedule</c> says when.</summary>
public sealed class Tick(Journal journal)
{
    [Function("Tick")]
    public void Run([TimerTrigger("%TickSchedule%")] TimerInfo timer)
        => journal.Add("Tick", $"past due {timer.IsPastDue}, next {timer.ScheduleStatus?.Next:O}");
}
