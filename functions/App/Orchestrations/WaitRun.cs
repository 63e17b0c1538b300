using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Sync;

namespace SyncFunctions.App.Orchestrations;

/// <param name="Why">For people.</param>
public sealed record WaitRunInput(SyncRunInput Run, DateTimeOffset Until, string Why);

/// <summary>Says until when a run waits for a vendor, and keeps its guard for it.</summary>
public sealed class WaitRun(RunControl control)
{
    [Function(nameof(WaitRun))]
    public Task RunAsync([ActivityTrigger] WaitRunInput input, CancellationToken cancellation) => control.WaitAsync(input.Run, input.Until, input.Why, cancellation);
}
