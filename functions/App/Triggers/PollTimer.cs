using Microsoft.Azure.Functions.Worker;
using SyncFunctions.Connectors;
using SyncFunctions.State;

namespace SyncFunctions.App.Triggers;

/// <summary>Puts one message on the queue for every flow that is due.</summary>
public sealed class PollTimer(DueStore due, AppQueues queues, TimeProvider time)
{
    /// <summary>A flow whose poll dies with its worker is polled again after this.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    [Function(nameof(PollTimer))]
    public async Task RunAsync([TimerTrigger("%PollSchedule%")] TimerInfo timer, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        foreach (var flow in await due.ListDueAsync(now, cancellation))
        {
            // Only who moved it on sends the message, so that two workers do not poll it both.
            if (await due.MoveAsync(flow.Flow, flow.ETag, now + Grace, cancellation)) await queues.SendAsync(new PollMessage(flow.Flow.Tenant.Value, flow.Flow.Flow.Value, timer.IsPastDue ? "past due" : null) { Trace = SyncTrace.Parent }, cancellation);
        }
    }
}
