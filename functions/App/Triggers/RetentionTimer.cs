using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Data;
using SyncFunctions.App.Sync;

namespace SyncFunctions.App.Triggers;

/// <summary>Once a day: takes away what is older than its retention, and goes on with what was to be erased.</summary>
public sealed class RetentionTimer(Retention retention, TenantErasure erasure)
{
    [Function(nameof(RetentionTimer))]
    public async Task RunAsync([TimerTrigger("%RetentionSchedule%")] TimerInfo timer, CancellationToken cancellation)
    {
        await erasure.ResumeAllAsync(cancellation);
        await retention.RunAsync(cancellation);
    }
}
