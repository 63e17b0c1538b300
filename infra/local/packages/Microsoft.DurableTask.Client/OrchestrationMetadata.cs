using System.Globalization;
using System.Text;

namespace Microsoft.DurableTask.Client;

/// <summary>Where an orchestration stands.</summary>
public enum OrchestrationRuntimeStatus
{
    /// <summary>Started and not ended.</summary>
    Running,

    /// <summary>Ended with an output.</summary>
    Completed,

    /// <summary>Never seen: the next generation takes its place at once.</summary>
    [Obsolete("The ContinuedAsNew status is exposed only in history.")]
    ContinuedAsNew,

    /// <summary>Ended with an unhandled exception.</summary>
    Failed,

    /// <summary>Not used.</summary>
    [Obsolete("The Canceled status is not used.")]
    Canceled,

    /// <summary>Ended from outside.</summary>
    Terminated,

    /// <summary>Not started yet.</summary>
    Pending,

    /// <summary>Paused from outside.</summary>
    Suspended,
}

/// <summary>An orchestration instance as a query shows it. Its members stand in the order in which the genuine one is written as JSON.</summary>
public sealed class OrchestrationMetadata(string name, string instanceId)
{
    /// <summary>The orchestrator's name.</summary>
    public string Name { get; } = name ?? throw new ArgumentNullException(nameof(name));

    /// <summary>The instance's id.</summary>
    public string InstanceId { get; } = instanceId ?? throw new ArgumentNullException(nameof(instanceId));

    /// <summary>What the texts are read with; null where they were not asked for.</summary>
    public DataConverter? DataConverter { get; init; }

    /// <summary>Where it stands.</summary>
    public OrchestrationRuntimeStatus RuntimeStatus { get; init; }

    /// <summary>When it was created, UTC.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it last made progress, UTC.</summary>
    public DateTimeOffset LastUpdatedAt { get; init; }

    /// <summary>The input as text, where it was asked for.</summary>
    public string? SerializedInput { get; init; }

    /// <summary>The output as text, where it was asked for.</summary>
    public string? SerializedOutput { get; init; }

    /// <summary>The custom status as text, where it was asked for.</summary>
    public string? SerializedCustomStatus { get; init; }

    /// <summary>Tags of the instance.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>What it failed with.</summary>
    public TaskFailureDetails? FailureDetails { get; init; }

    /// <summary>Whether it has started and not ended.</summary>
    public bool IsRunning => RuntimeStatus is OrchestrationRuntimeStatus.Running;

    /// <summary>Whether it has ended.</summary>
    public bool IsCompleted => RuntimeStatus
        is OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Terminated;

    /// <summary>The input.</summary>
    public T? ReadInputAs<T>() => Read<T>(SerializedInput, nameof(ReadInputAs), "input");

    /// <summary>The output.</summary>
    public T? ReadOutputAs<T>() => Read<T>(SerializedOutput, nameof(ReadOutputAs), "output");

    /// <summary>The custom status.</summary>
    public T? ReadCustomStatusAs<T>() => Read<T>(SerializedCustomStatus, nameof(ReadCustomStatusAs), "input and output");

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $"[Name: '{Name}', ID: '{InstanceId}', RuntimeStatus: {RuntimeStatus}, CreatedAt: {CreatedAt:s}, LastUpdatedAt: {LastUpdatedAt:s}");
        if (SerializedInput is not null) text.Append(CultureInfo.InvariantCulture, $", Input: '{Cut(SerializedInput)}'");
        if (SerializedOutput is not null) text.Append(CultureInfo.InvariantCulture, $", Output: '{Cut(SerializedOutput)}'");
        if (FailureDetails is not null) text.Append(CultureInfo.InvariantCulture, $", FailureDetails: '{FailureDetails.ErrorType} - {Cut(FailureDetails.ErrorMessage)}'");
        return text.Append(']').ToString();
    }

    private static string Cut(string text) => text.Length > 50 ? $"{text[..50]}..." : text;

    private T? Read<T>(string? text, string method, string data) => DataConverter is null
        ? throw new InvalidOperationException(
            $"The {method} method can only be used on {nameof(OrchestrationMetadata)} objects that are fetched with the option to include {data} data.")
        : DataConverter.Deserialize<T>(text);
}
