using System.Runtime.CompilerServices;

namespace Microsoft.DurableTask;

/// <summary>Says whether a failed task is tried again.</summary>
public delegate bool RetryHandler(RetryContext retryContext);

/// <summary>Says whether a failed task is tried again; may await durable tasks.</summary>
public delegate Task<bool> AsyncRetryHandler(RetryContext retryContext);

/// <summary>What a retry handler decides by.</summary>
public record RetryContext(
    TaskOrchestrationContext OrchestrationContext,
    int LastAttemptNumber,
    TaskFailureDetails LastFailure,
    TimeSpan TotalRetryTime,
    CancellationToken CancellationToken);

/// <summary>Retries by numbers: attempts, pauses and a total time.</summary>
public class RetryPolicy
{
    /// <summary>The pause starts at the first interval and is multiplied by the coefficient, up to the longest (default one hour).</summary>
    public RetryPolicy(
        int maxNumberOfAttempts,
        TimeSpan firstRetryInterval,
        double backoffCoefficient = 1.0,
        TimeSpan? maxRetryInterval = null,
        TimeSpan? retryTimeout = null)
    {
        Require(maxNumberOfAttempts > 0, maxNumberOfAttempts, "greater than zero");
        Require(firstRetryInterval > TimeSpan.Zero, firstRetryInterval, "greater than zero");
        Require(backoffCoefficient >= 1.0, backoffCoefficient, "greater or equal to 1.0");
        Require(
            maxRetryInterval is null || maxRetryInterval == Timeout.InfiniteTimeSpan || maxRetryInterval >= firstRetryInterval,
            maxRetryInterval,
            "greater or equal to the value for firstRetryInterval");
        Require(
            retryTimeout is null || retryTimeout == Timeout.InfiniteTimeSpan || retryTimeout >= firstRetryInterval,
            retryTimeout,
            "greater or equal to the value for firstRetryInterval");

        MaxNumberOfAttempts = maxNumberOfAttempts;
        FirstRetryInterval = firstRetryInterval;
        BackoffCoefficient = backoffCoefficient;
        MaxRetryInterval = maxRetryInterval ?? TimeSpan.FromHours(1);
        RetryTimeout = retryTimeout ?? Timeout.InfiniteTimeSpan;
    }

    private static void Require(bool isSo, object? value, string what, [CallerArgumentExpression(nameof(value))] string? name = null)
    {
        if (!isSo) throw new ArgumentOutOfRangeException(name, value, $"The value for {name} must be {what}.");
    }

    /// <summary>Attempts in all, the first included.</summary>
    public int MaxNumberOfAttempts { get; }

    /// <summary>The pause before the second attempt.</summary>
    public TimeSpan FirstRetryInterval { get; }

    /// <summary>What each pause is multiplied by.</summary>
    public double BackoffCoefficient { get; }

    /// <summary>The longest pause; infinite: none is too long.</summary>
    public TimeSpan MaxRetryInterval { get; }

    /// <summary>No attempt starts later than this after the first; infinite by default.</summary>
    public TimeSpan RetryTimeout { get; }

    /// <summary>Which exceptions are worth another attempt; all by default.</summary>
    public Func<Exception, bool> Handle { get; private init; } = static _ => true;

    /// <summary>Which failures are worth another attempt.</summary>
    public Func<TaskFailureDetails, bool> HandleFailure
    {
        init => Handle = exception => exception is not TaskFailedException failed || value(failed.FailureDetails);
    }
}

/// <summary>Either a policy or a handler.</summary>
public sealed class TaskRetryOptions
{
    /// <summary>By policy.</summary>
    public TaskRetryOptions(RetryPolicy policy) => Policy = policy ?? throw new ArgumentNullException(nameof(policy));

    /// <summary>By handler.</summary>
    public TaskRetryOptions(AsyncRetryHandler handler) => Handler = handler ?? throw new ArgumentNullException(nameof(handler));

    /// <summary>The policy, where one was given.</summary>
    public RetryPolicy? Policy { get; }

    /// <summary>The handler, where one was given.</summary>
    public AsyncRetryHandler? Handler { get; }

    /// <summary>By policy.</summary>
    public static TaskRetryOptions FromRetryPolicy(RetryPolicy policy) => new(policy);

    /// <summary>By handler.</summary>
    public static TaskRetryOptions FromRetryHandler(AsyncRetryHandler handler) => new(handler);

    /// <summary>By handler.</summary>
    public static TaskRetryOptions FromRetryHandler(RetryHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return new TaskRetryOptions(context => Task.FromResult(handler(context)));
    }

    public static implicit operator TaskRetryOptions(RetryPolicy policy) => FromRetryPolicy(policy);

    public static implicit operator TaskRetryOptions(AsyncRetryHandler handler) => FromRetryHandler(handler);

    public static implicit operator TaskRetryOptions(RetryHandler handler) => FromRetryHandler(handler);
}
