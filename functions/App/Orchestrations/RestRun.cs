using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Sync;

namespace SyncFunctions.App.Orchestrations;

/// <summary>The last act of a run that was told to rest: it gives back its worker, and is resumed from what is kept of it.</summary>
public sealed class RestRun(RunControl control)
{
    [Function(nameof(RestRun))]
    public Task RunAsync([ActivityTrigger] SyncRunInput input, CancellationToken cancellation) => control.RestAsync(input, cancellation);
}
