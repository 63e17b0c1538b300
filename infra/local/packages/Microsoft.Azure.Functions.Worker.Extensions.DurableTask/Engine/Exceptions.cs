// These names are what an app finds in outputs and logs of the genuine engine.
namespace DurableTask.Core.Exceptions;

/// <summary>The replay of an orchestrator did something else than the history says.</summary>
internal sealed class NonDeterministicOrchestrationException(string message) : Exception(
    $"Non-Deterministic workflow detected: {message} Was a change made to the orchestrator code after this instance had already started running?");

/// <summary>A start met an instance of the same id that has not ended.</summary>
internal sealed class OrchestrationAlreadyExistsException(string message) : Exception(message);
