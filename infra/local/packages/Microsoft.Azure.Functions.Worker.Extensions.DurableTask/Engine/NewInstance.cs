using Microsoft.DurableTask.Client;

namespace Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Engine;

/// <summary>What became of a message.</summary>
internal enum Delivery
{
    /// <summary>It is in the inbox, was there before, or answers a call that nobody waits for.</summary>
    Done,

    NoInstance,

    Ended,
}

/// <summary>An instance to be started.</summary>
internal sealed record NewInstance(string InstanceId, string Name, string? Input)
{
    public string Execution { get; } = Guid.NewGuid().ToString("N");

    public DateTimeOffset? StartAt { get; init; }

    public Caller? Caller { get; init; }

    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>Ended statuses in which an existing instance is not replaced.</summary>
    public IReadOnlyList<OrchestrationRuntimeStatus> RefuseWhen { get; init; } = [];

    public Head ToHead(DateTimeOffset now, string owner) => new()
    {
        InstanceId = InstanceId,
        Name = Name,
        Execution = Execution,
        Status = OrchestrationRuntimeStatus.Pending,
        CreatedAt = now,
        UpdatedAt = now,
        StartAt = StartAt,
        Owner = owner,
        Caller = Caller,
        Tags = Tags,
        Input = Input?.Length > Head.LongestInline ? null : Input,
        HasInputRow = Input?.Length > Head.LongestInline,
    };
}
