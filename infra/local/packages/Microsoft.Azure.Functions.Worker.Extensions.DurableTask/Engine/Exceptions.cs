// Types of the genuine engine that an app cannot name: it sees their names and messages in outputs, logs and catch-all blocks.
namespace DurableTask.Core.Exceptions
{
    /// <summary>The replay of an orchestrator did something else than the history says.</summary>
    internal sealed class NonDeterministicOrchestrationException(string message) : Exception($"Non-Deterministic workflow detected: {message}");

    /// <summary>A start met an instance of the same id that has not ended.</summary>
    internal sealed class OrchestrationAlreadyExistsException(string message) : Exception(message);
}

namespace Grpc.Core
{
    internal enum StatusCode
    {
        Cancelled = 1,
        NotFound = 5,
        ResourceExhausted = 8,
        FailedPrecondition = 9,
        Internal = 13,
    }

    /// <summary>How the genuine client, which calls its host over gRPC, passes on what the host refused.</summary>
    internal sealed class RpcException(StatusCode statusCode, string detail) : Exception($"Status(StatusCode=\"{statusCode}\", Detail=\"{detail}\")")
    {
        public StatusCode StatusCode { get; } = statusCode;
    }
}
