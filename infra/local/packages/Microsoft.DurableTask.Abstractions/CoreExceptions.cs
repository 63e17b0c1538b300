using Microsoft.DurableTask;

namespace DurableTask.Core.Exceptions;

/// <summary>What an app finds inside of a failed activity's exception. It cannot name the type; the genuine engine's has this name too.</summary>
internal sealed class TaskFailedException(string? message, TaskFailureDetails? details) : Exception(message)
{
    /// <summary>Null where the engine could not run the activity at all.</summary>
    public TaskFailureDetails? FailureDetails { get; } = details;
}
