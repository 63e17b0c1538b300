// An app cannot catch it, but sees its name in the outputs of failed instances.
namespace DurableTask.Core.Exceptions;

/// <summary>The replay of an orchestrator did something else than the history says.</summary>
internal sealed class NonDeterministicOrchestrationException(string message) : Exception($"Non-Deterministic workflow detected: {message}");
