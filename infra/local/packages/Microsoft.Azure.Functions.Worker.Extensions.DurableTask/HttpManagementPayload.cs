namespace Microsoft.Azure.Functions.Worker;

/// <summary>The addresses at which one orchestration is managed over HTTP.</summary>
public class HttpManagementPayload
{
    /// <summary>The instance's id.</summary>
    public string? Id { get; internal init; }

    /// <summary>DELETE removes the instance once it has ended.</summary>
    public string? PurgeHistoryDeleteUri { get; internal init; }

    /// <summary>Always null, as the genuine extension leaves it.</summary>
    public string? RestartPostUri { get; internal init; }

    /// <summary>POST lets a paused instance go on.</summary>
    public string? ResumePostUri { get; internal init; }

    /// <summary>Always null, as the genuine extension leaves it.</summary>
    public string? RewindPostUri { get; internal init; }

    /// <summary>POST sends the event that stands in the place of <c>{eventName}</c>.</summary>
    public string? SendEventPostUri { get; internal init; }

    /// <summary>GET tells where the instance stands.</summary>
    public string? StatusQueryGetUri { get; internal init; }

    /// <summary>POST pauses the instance.</summary>
    public string? SuspendPostUri { get; internal init; }

    /// <summary>POST ends the instance.</summary>
    public string? TerminatePostUri { get; internal init; }
}
