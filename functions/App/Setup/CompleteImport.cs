using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using SyncFunctions.App.Orchestrations;
using SyncFunctions.Engine;

namespace SyncFunctions.App.Setup;

/// <summary>After an import that the wizard began: its report and its e-mail.</summary>
public sealed class CompleteImport(ImportCompletion completion)
{
    /// <summary>Storage may be away for a moment; the person who waits for the e-mail does not begin the import again for that.</summary>
    public static readonly TaskOptions Retries = TaskOptions.FromRetryPolicy(new RetryPolicy(maxNumberOfAttempts: 5, firstRetryInterval: TimeSpan.FromSeconds(5), backoffCoefficient: 3));

    [Function(nameof(CompleteImport))]
    public Task RunAsync([ActivityTrigger] SyncRunInput input, CancellationToken cancellation) => completion.CompleteAsync(input.Key, new RunId(input.Run), cancellation);
}
