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
/// <param name="Run">The run that holds the guard, also while it waits or is paused.</param>
/// <param name="Epoch">Counts the takers; what an older one still sends is refused.</param>
/// <param name="Since">When the status began.</param>
/// <param name="Until">After this the run is taken for dead and its guard may be taken over.</param>
/// <param name="RequestedMode">A run that was asked for while this one was under way: many become one.</param>
public sealed record Guard(
    Lane Lane, RunStatus Status, RunId? Run, long Epoch, DateTimeOffset Since, DateTimeOffset? Until, string? Mode, string? Trigger, string? RequestedMode)
{
    /// <summary>The next run, or the one that waits, may not begin earlier.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>The run rests until a person, or switching the flow on, resumes it.</summary>
    public bool Paused { get; init; }

    /// <summary>Why it waits, for people.</summary>
    public string? Detail { get; init; }

    public bool IsHeld(DateTimeOffset now) => Run is not null && Status != RunStatus.Idle && (Until is not { } until || now < until);

    /// <summary>Asked for, and nobody works on it yet.</summary>
    public bool IsAsked => Status == RunStatus.Requested && Run is null;

    public bool MayBegin(DateTimeOffset now) => NotBefore is not { } time || time <= now;
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

        // Finished, and asked for again meanwhile; or it waits for a vendor, or for a person.
        (RunStatus.Syncing, RunStatus.Requested) => true,
        _ => false,
    };

    /// <summary>
    /// The guard as <paramref name="run"/> takes it, or null while another run holds it, or while it is paused. The run that holds it already
    /// renews it, epoch and all, since activities are repeated. A guard that has expired is taken over with the next epoch.
    /// </summary>
    public static Guard? Take(
        Guard? current, Lane lane, RunId run, RunStatus status, string? mode, string? trigger, DateTimeOffset now, TimeSpan lease)
    {
        if (current is { Paused: true }) return null;
        if (current?.Run == run && current.Status != RunStatus.Idle)
            return current with { Status = status, Since = current.Status == status ? current.Since : now, Until = now + lease, NotBefore = null, Detail = null };
        return current?.IsHeld(now) == true
            ? null
            : new Guard(lane, status, run, (current?.Epoch ?? 0) + 1, now, now + lease, mode, trigger, null);
    }

    /// <summary>
    /// The guard after a trigger that may not start a run now, because one is under way or it is too early: kept, so that a run follows without
    /// a further event. The same guard where it was kept already.
    /// </summary>
    public static Guard Ask(Guard? current, Lane lane, string mode, string? trigger, DateTimeOffset now) => current switch
    {
        null => new Guard(lane, RunStatus.Requested, null, 0, now, null, mode, trigger, null),
        { Status: RunStatus.Requested, Run: null } => current.Mode is { } before && Stronger(before, mode) == before ? current : current with { Mode = mode, Trigger = trigger },
        _ when current.IsHeld(now) => current with { RequestedMode = Stronger(current.RequestedMode, mode) },
        _ => current with { Status = RunStatus.Requested, Run = null, Since = now, Until = null, Mode = mode, Trigger = trigger, RequestedMode = null },
    };

    /// <summary>The guard of a run that may go on at a known time: it keeps its place, but no worker.</summary>
    public static Guard Wait(Guard held, DateTimeOffset until, string why, DateTimeOffset now, TimeSpan lease) =>
        held with { Status = RunStatus.Requested, Since = now, NotBefore = until, Until = until + lease, Detail = why };

    /// <summary>The guard of a run that rests until it is resumed.</summary>
    public static Guard Pause(Guard held, string why, DateTimeOffset now) =>
        held with { Status = RunStatus.Requested, Since = now, NotBefore = null, Until = null, Paused = true, Detail = why };

    /// <summary>The guard of a paused run that goes on: what its former worker may still send belongs to an older epoch.</summary>
    public static Guard Resume(Guard paused, DateTimeOffset now, TimeSpan lease) =>
        paused with { Status = RunStatus.InQueue, Epoch = paused.Epoch + 1, Since = now, Until = now + lease, Paused = false, Detail = null };

    /// <summary>The guard after its run: idle, or requested where another run was asked for meanwhile; not before the cool-down has ended.</summary>
    public static Guard Finish(Guard held, DateTimeOffset now, TimeSpan coolDown)
    {
        var free = held with { Run = null, Since = now, Until = null, RequestedMode = null, NotBefore = coolDown > TimeSpan.Zero ? now + coolDown : null, Paused = false, Detail = null };
        return held.RequestedMode is { } again
            ? free with { Status = RunStatus.Requested, Mode = again }
            : free with { Status = RunStatus.Idle, Mode = null, Trigger = null };
    }

    /// <summary>The guard after somebody found that what was requested has been done.</summary>
    public static Guard Withdraw(Guard asked, DateTimeOffset now) => asked with { Status = RunStatus.Idle, Since = now, Mode = null, Trigger = null, RequestedMode = null };

    /// <summary>Of two runs that were asked for, the one that does what the other would.</summary>
    private static string Stronger(string? one, string other) => one is null || Rank(other) > Rank(one) ? other : one;

    private static int Rank(string mode) => mode switch
    {
        "Comprehensive" or "Import" => 2,
        "Delta" => 1,
        _ => 0,
    };
}
