using Azure.Core;
using Azure.Core.Pipeline;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.Simulation.Storage;

/// <summary>What becomes of a call to the storage service.</summary>
public enum StorageOutcome
{
    Answered,

    /// <summary>The service did it; its answer gets lost.</summary>
    AnswerLost,

    /// <summary>The call never arrives.</summary>
    RequestLost,

    /// <summary>503, nothing done.</summary>
    Busy,

    /// <summary>500, nothing done.</summary>
    Failed,
}

/// <summary>What becomes of a call, and what is to be awaited when the service has done it.</summary>
public readonly record struct StorageTurn(StorageOutcome Outcome, Func<Task>? DoneAsync = null);

/// <summary>
/// The way of one worker to an account that all share. Without a gate every call is answered at once on the caller's thread; with one
/// the call waits there until it may go on, and meets what the gate says.
/// </summary>
/// <param name="gate">Is told what is called: "PUT links/…".</param>
public sealed class SimulatedTransport(MemoryStorage account, Func<string, ValueTask<StorageTurn>>? gate = null) : HttpPipelineTransport
{
    public override Request CreateRequest() => account.CreateRequest();

    public override void Process(HttpMessage message) => account.Process(message);

    public override async ValueTask ProcessAsync(HttpMessage message)
    {
        var turn = gate is null ? new StorageTurn(StorageOutcome.Answered) : await gate(StorageEffect.NameOf(message.Request)).ConfigureAwait(false);
        switch (turn.Outcome)
        {
            case StorageOutcome.RequestLost:
                throw new IOException("The connection to the storage service broke.");
            case StorageOutcome.Busy:
                message.Response = MemoryStorage.Refusal(503, "ServerBusy", message.Request);
                return;
            case StorageOutcome.Failed:
                message.Response = MemoryStorage.Refusal(500, "InternalError", message.Request);
                return;
        }

        account.Process(message);
        if (turn.DoneAsync is { } done) await done().ConfigureAwait(false);
        if (turn.Outcome == StorageOutcome.AnswerLost) throw new IOException("The connection to the storage service broke before its answer was there.");
    }
}
