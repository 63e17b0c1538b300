namespace Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Engine;

/// <summary>The settings of a task hub; the defaults are those of an app that sets nothing.</summary>
internal sealed record HubOptions
{
    public required string HubName { get; init; }

    public int MaxConcurrentActivities { get; init; } = 10 * Environment.ProcessorCount;

    public int MaxConcurrentTurns { get; init; } = 10 * Environment.ProcessorCount;

    /// <summary>How often the index is asked for work of other processes. Work of this process does not wait for it.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How often a process says that it is alive.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>After this silence others take over what the process was working on.</summary>
    public TimeSpan OwnerTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a living process may be between announcing a message and committing it.</summary>
    public TimeSpan AnnouncementGrace { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>No client waits longer for an instance, whatever its token allows: the genuine one asks over HTTP, and this is that client's limit.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>Whether each activity is run a second time, as may always happen: an app can try whether it stands that.</summary>
    public bool RunActivitiesTwice { get; init; }

    /// <summary>How long an ended instance is kept.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(30);
}
