using System.Text.Json.Serialization;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Sync;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <summary>Whether a project is synchronised, and if not, what ended or stopped it.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ProjectState>))]
public enum ProjectState
{
    Active,

    /// <summary>A person switched it off, or nobody has switched it on again since what stopped it is over.</summary>
    Disabled,

    /// <summary>Switched off by itself, since it was completed or cancelled long ago.</summary>
    Resting,

    /// <summary>It is archived on the right: a person switches it on again once it is not.</summary>
    Archived,

    /// <summary>One of its two records was deleted.</summary>
    Gone,

    /// <summary>Two programs wrote it to and fro.</summary>
    Quarantined,
    Unlinked,

    /// <summary>For good.</summary>
    Disconnected,
}

/// <summary>What a person can do with a project now.</summary>
public sealed record ProjectCan(bool Sync, bool Enable, bool Disable, bool Disconnect);

/// <param name="Link">The link of the project's two records.</param>
/// <param name="Customer">As on the right.</param>
/// <param name="Name">As on the right.</param>
/// <param name="ExternalId">Its id on the left.</param>
/// <param name="LastSyncAt">When all that is inside it was brought into step last, by a run of <paramref name="LastSyncMode"/>.</param>
/// <param name="FirstImportAt">When that had been done for the first time.</param>
/// <param name="Until">What waits begins no earlier.</param>
/// <param name="Why">What runs or waits; null when idle.</param>
/// <param name="Reason">Why it is in its state.</param>
/// <param name="Problem">Why its last run could not be finished; null where it was.</param>
/// <param name="Log">Where its log is.</param>
public sealed record ProjectView(
    string Link,
    string Customer,
    string Name,
    string LeftName,
    string? ExternalId,
    string? RightId,
    string Board,
    DateTimeOffset? LastSyncAt,
    RunMode? LastSyncMode,
    DateTimeOffset? FirstImportAt,
    RunStatus Status,
    DateTimeOffset? Since,
    DateTimeOffset? Until,
    string? Why,
    bool Enabled,
    ProjectState State,
    DateTimeOffset? StateSince,
    string? Reason,
    string? Problem,
    ProjectCan Can,
    string Log)
{
    public static ProjectView Of(Project project, Flow flow, DateTimeOffset now)
    {
        var facts = project.Facts;
        var state = StateOf(facts);
        var enabled = facts.State == LinkState.Active;
        var lane = LaneOf(project.Guard, flow, now);
        var runs = enabled && flow is { Enabled: true, WentLiveAt: not null };
        var comprehensive = project.ComprehensiveAt is { } at && (project.DeltaAt is not { } delta || at >= delta);
        return new ProjectView(
            project.Link.Value,
            facts.Customer,
            facts.Name,
            facts.LeftName,
            facts.LeftId,
            facts.RightId,
            facts.Board,
            comprehensive ? project.ComprehensiveAt : project.DeltaAt,
            comprehensive ? RunMode.Comprehensive : project.DeltaAt is null ? null : RunMode.Delta,
            project.ImportedAt,
            lane.Status,
            lane.Since,
            lane.Status == RunStatus.Requested ? lane.NotBefore : null,
            lane.Status == RunStatus.Requested && !flow.Enabled ? "The integration is switched off." : lane.Why,
            enabled,
            state,
            facts.StateSince,
            facts.Reason,
            project.Problem,
            new ProjectCan(
                runs && lane.Status == RunStatus.Idle,
                facts.State is LinkState.Paused or LinkState.Quarantined && state is not ProjectState.Archived,
                facts.State is LinkState.Active or LinkState.Quarantined,
                !facts.Final),
            $"/api/{OpenApi.Prefix}tenants/{flow.Key.Tenant}/flows/{flow.Key.Flow}/projects/{project.Link}/log");
    }

    /// <summary>When a run that somebody asked for now could begin; null: at once.</summary>
    public static DateTimeOffset? CoolsDownUntil(Project project, DateTimeOffset now) => project.Guard?.NotBefore is { } until && until > now ? until : null;

    /// <summary>What was asked for and may begin only waits for its turn.</summary>
    private static LaneView LaneOf(Guard? guard, Flow flow, DateTimeOffset now) =>
        LaneView.Of(Lane.Live, guard is { IsAsked: true } && guard.MayBegin(now) && flow.Enabled ? guard with { Status = RunStatus.InQueue } : guard, now);

    private static ProjectState StateOf(ProjectFacts facts) => facts switch
    {
        { Final: true } => ProjectState.Disconnected,
        { State: LinkState.Tombstone } => ProjectState.Unlinked,
        { Archived: true } => ProjectState.Archived,
        { State: LinkState.Quarantined } => ProjectState.Quarantined,
        { State: LinkState.Paused, PausedBy: PauseCause.Resting } => ProjectState.Resting,
        { State: LinkState.Paused, PausedBy: PauseCause.Gone } => ProjectState.Gone,
        { State: LinkState.Paused } => ProjectState.Disabled,
        _ => ProjectState.Active,
    };
}
