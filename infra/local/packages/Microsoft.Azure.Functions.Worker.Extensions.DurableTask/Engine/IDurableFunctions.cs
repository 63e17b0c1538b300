using Microsoft.DurableTask;

namespace Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Engine;

/// <summary>The app's orchestrators and activities, as the engine runs them.</summary>
internal interface IDurableFunctions
{
    /// <summary>The names of the orchestrators, compared without case.</summary>
    IReadOnlySet<string> Orchestrators { get; }

    /// <summary>The names of the activities, compared without case.</summary>
    IReadOnlySet<string> Activities { get; }

    /// <summary>Runs one turn of an orchestrator: calls <see cref="OrchestrationTurn.Run"/> once with the function's body.</summary>
    Task RunTurnAsync(string orchestrator, OrchestrationTurn turn, CancellationToken cancellation);

    /// <summary>Runs an activity; its exception comes out unwrapped.</summary>
    Task<object?> RunActivityAsync(TaskActivityContext context, string? input, CancellationToken cancellation);
}

/// <summary>A name that no orchestrator has, in the genuine engine's words.</summary>
internal sealed class UnknownOrchestratorException(string name, IReadOnlySet<string> known) : Exception(
    $"The function '{name}' doesn't exist, is disabled, or is not an orchestrator function. Additional info: {Describe(known)}")
{
    private static string Describe(IReadOnlySet<string> known) => known.Count > 0
        ? $"The following are the known orchestrator functions: {string.Join(", ", known.Select(k => $"'{k}'"))}."
        : "No orchestrator functions are currently registered!";
}

internal sealed class ActivityContext(string name, string instanceId) : TaskActivityContext
{
    public override TaskName Name { get; } = name;

    public override string InstanceId { get; } = instanceId;
}
