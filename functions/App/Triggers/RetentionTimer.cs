using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Sync;

namespace SyncFunctions.App.Triggers;

/// <summary>Once a day: takes away what is older than its retention.</summary>
public sealed class RetentionTimer(Retention retention)
{
    [Function(nameof(RetentionTimer))]
    public Task RunAsync([TimerTrigger("%RetentionSchedule%")] TimerInfo timer, CancellationToken cancellation) => retention.RunAsync(cancellation);
}
