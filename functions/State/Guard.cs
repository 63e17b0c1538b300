using System.Text.Json.Serialization;
using SyncFunctions.Engine;

namespace SyncFunctions.State;

/// <summary>Runs of different lanes do not hold each other up.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Lane>))]
public enum Lane
{
    Live,
    Import,
    Sweep,
}

[JsonConverter(typeof(JsonStringEnumConverter<RunStatus>))]
public enum RunStatus
{
    Idle,

    /// <summary>Waits for the next time it may start.</summary>
    Requested,

    /// <summary>Waits for a worker.</summary>
    InQueue,
    Syncing,
}

/// <summary>One run per flow and lane, or per project and lane: this says which.</summary>
/// <param name="Epoch">Counts the takers; what an older one still sends is refused.</param>
/// <param name="Since">When the status began.</param>
/// <param name="Until">After this the run is taken for dead and its guard may be taken over.</param>
/// <param name="RequestedMode">A run that was asked for while this one was under way.</param>
public sealed record Guard(
    Lane Lane, RunStatus Status, RunId? Run, long Epoch, DateTimeOffset Since, DateTimeOffset? Until, string? Mode, string? Trigger, string? RequestedMode)
{
    /// <summary>The record that holds what is guarded (a project); null for the flow itself.</summary>
    public string? Project { get; init; }

    public bool IsHeld(DateTimeOffset now) => Status is RunStatus.InQueue or RunStatus.Syncing && (Until is not { } until || now < until);
}

/// <summary><c>Idle → Requested → InQueue → Syncing → Idle</c>, with the short cuts and the ways back. Pure.</summary>
public static class RunStatusMachine
{
    /// <summary>Whether the status may change so. Staying is no transition.</summary>
    public static bool Allows(RunStatus from, RunStatus to) => (from, to) switch
    {
        // Asked for, and it may not start yet.
        (RunStatus.Idle, RunStatus.Requested) => true,

        // It may start at once; a poll with little to do is run in place.
        (RunStatus.Idle, RunStatus.InQueue) => true,
        (RunStatus.Idle, RunStatus.Syncing) => true,
        (RunStatus.Requested, RunStatus.InQueue) => true,
        (RunStatus.Requested, RunStatus.Syncing) => true,
        (RunStatus.InQueue, RunStatus.Syncing) => true,

        // Withdrawn, could not be started, finished.
        (RunStatus.Requested, RunStatus.Idle) => true,
        (RunStatus.InQueue, RunStatus.Idle) => true,
        (RunStatus.Syncing, RunStatus.Idle) => true,

        // Finished, and asked for again meanwhile.
        (RunStatus.Syncing, RunStatus.Requested) => true,
        _ => false,
    };

    /// <summary>
    /// The guard as <paramref name="run"/> takes it, or null while another run holds it. The run that holds it already renews it, epoch and
    /// all, since activities are repeated. A guard that has expired is taken over with the next epoch.
    /// </summary>
    public static Guard? Take(
        Guard? current, Lane lane, string? project, RunId run, RunStatus status, string? mode, string? trigger, DateTimeOffset now, TimeSpan lease)
    {
        if (current?.Run == run && current.Status is RunStatus.InQueue or RunStatus.Syncing)
            return current with { Status = status, Since = current.Status == status ? current.Since : now, Until = now + lease };
        return current?.IsHeld(now) == true
            ? null
            : new Guard(lane, status, run, (current?.Epoch ?? 0) + 1, now, now + lease, mode, trigger, null) { Project = project };
    }

    /// <summary>The guard after its run: idle, or requested where another run was asked for meanwhile.</summary>
    public static Guard Finish(Guard held, DateTimeOffset now) => held.RequestedMode is { } again
        ? held with { Status = RunStatus.Requested, Run = null, Since = now, Until = null, Mode = again, RequestedMode = null }
        : held with { Status = RunStatus.Idle, Run = null, Since = now, Until = null, Mode = null, Trigger = null };
}
