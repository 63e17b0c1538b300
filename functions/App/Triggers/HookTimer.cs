using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Hooks;

namespace SyncFunctions.App.Triggers;

/// <summary>Every hour: sees to it that vendors call where they are to, and nowhere else.</summary>
public sealed class HookTimer(HookCare care)
{
    [Function(nameof(HookTimer))]
    public Task RunAsync([TimerTrigger("%HookSchedule%")] TimerInfo timer, CancellationToken cancellation) => care.TendAllAsync(cancellation);
}
