namespace Microsoft.DurableTask.Client;

/// <summary>Which instances a query asks for.</summary>
public record OrchestrationQuery(
    DateTimeOffset? CreatedFrom = null,
    DateTimeOffset? CreatedTo = null,
    IEnumerable<OrchestrationRuntimeStatus>? Statuses = null,
    IEnumerable<string>? TaskHubNames = null,
    string? InstanceIdPrefix = null,
    int PageSize = OrchestrationQuery.DefaultPageSize,
    bool FetchInputsAndOutputs = false,
    string? ContinuationToken = null)
{
    /// <summary>Instances a page, where nothing else is asked for.</summary>
    public const int DefaultPageSize = 100;
}

/// <summary>Which instances are purged.</summary>
public record PurgeInstancesFilter(
    DateTimeOffset? CreatedFrom = null,
    DateTimeOffset? CreatedTo = null,
    IEnumerable<OrchestrationRuntimeStatus>? Statuses = null)
{
    /// <summary>How long purging may take; what is left then stays.</summary>
    public TimeSpan? Timeout { get; init; }
}

/// <summary>How an instance is purged.</summary>
public record PurgeInstanceOptions(bool Recursive = false);

/// <summary>How an instance is terminated.</summary>
public record TerminateInstanceOptions(object? Output = null, bool Recursive = false);

/// <summary>How many instances were purged.</summary>
public class PurgeResult
{
    /// <summary>A count; whether that was all is not known.</summary>
    public PurgeResult(int count)
        : this(count, null)
    {
    }

    /// <summary>A count, and whether that was all.</summary>
    public PurgeResult(int count, bool? isComplete)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        PurgedInstanceCount = count;
        IsComplete = isComplete;
    }

    /// <summary>How many instances were deleted.</summary>
    public int PurgedInstanceCount { get; }

    /// <summary>Whether every match was deleted; null where that is not known.</summary>
    public bool? IsComplete { get; }
}

/// <summary>Typed ways to set <see cref="StartOrchestrationOptions"/>.</summary>
public static class StartOrchestrationOptionsExtensions
{
    /// <summary>The statuses an existing instance can refuse a start in.</summary>
    public static readonly IReadOnlyList<OrchestrationRuntimeStatus> ValidDedupeStatuses =
    [
        OrchestrationRuntimeStatus.Completed,
        OrchestrationRuntimeStatus.Failed,
        OrchestrationRuntimeStatus.Terminated,
#pragma warning disable CS0618
        OrchestrationRuntimeStatus.Canceled,
#pragma warning restore CS0618
    ];

    /// <summary>Refuses the start when an instance of the same id stands in one of these statuses.</summary>
    public static StartOrchestrationOptions WithDedupeStatuses(
        this StartOrchestrationOptions options, params OrchestrationRuntimeStatus[] dedupeStatuses) =>
        options with { DedupeStatuses = [.. dedupeStatuses.Select(s => s.ToString())] };
}
