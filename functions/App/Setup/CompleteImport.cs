using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using SyncFunctions.App.Orchestrations;
using SyncFunctions.Engine;

namespace SyncFunctions.App.Setup;

/// <param name="Run">The run that ended.</param>
/// <param name="Regardless">Whether not to wait any longer for writes that were cut off.</param>
public sealed record CompleteImportInput(SyncRunInput Run, bool Regardless);

/// <summary>After an import that the wizard began: its report and its e-mail. Gives when to call again, where it is too early.</summary>
public sealed class CompleteImport(ImportCompletion completion)
{
    /// <summary>Storage may be away for a moment; the person who waits for the e-mail does not begin the import again for that.</summary>
    public static readonly TaskOptions Retries = TaskOptions.FromRetryPolicy(new RetryPolicy(maxNumberOfAttempts: 5, firstRetryInterval: TimeSpan.FromSeconds(5), backoffCoefficient: 3));

    [Function(nameof(CompleteImport))]
    public Task<DateTimeOffset?> RunAsync([ActivityTrigger] CompleteImportInput input, CancellationToken cancellation) =>
        completion.CompleteAsync(input.Run.Key, new RunId(input.Run.Run), input.Regardless, cancellation);
}
