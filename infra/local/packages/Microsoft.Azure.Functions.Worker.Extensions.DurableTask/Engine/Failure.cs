using Microsoft.DurableTask;

namespace Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Engine;

/// <summary>What is kept of an exception.</summary>
internal static class Failure
{
    /// <summary>As it comes back over the wire of the genuine engine: without properties, but with an empty list of them.</summary>
    public static TaskFailureDetails Of(Exception exception) => WithProperties(TaskFailureDetails.FromException(exception));

    private static TaskFailureDetails WithProperties(TaskFailureDetails details) => details with
    {
        Properties = details.Properties ?? new Dictionary<string, object?>(),
        InnerFailure = details.InnerFailure is { } inner ? WithProperties(inner) : null,
    };
}
