using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.Pairs;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <summary>What a person can do next for a flow; the first that applies.</summary>
public enum NextStep
{
    /// <summary>A vendor no longer takes the credentials.</summary>
    Reconnect,

    /// <summary>It has not gone live.</summary>
    Setup,

    SwitchOn,

    /// <summary>Many records would be archived or deleted at once.</summary>
    DecideBrake,

    /// <summary>A run rests.</summary>
    ResumeRun,

    /// <summary>Records were given up.</summary>
    Replay,

    LookAtConflicts,

    Match,
}

/// <param name="Name">Of the connection.</param>
/// <param name="SystemName">For people.</param>
public sealed record OverviewSide(Side Side, string Connection, string Name, string System, string SystemName, ConnectionHealth Health, string? HealthDetail);

/// <param name="Kind">Of the records that do not vanish.</param>
public sealed record OverviewBrake(string Kind, DateTimeOffset Since, string? Reason);

/// <summary>A flow at a glance.</summary>
/// <param name="InStep">Live, and nothing is on its way or has to be done by a person before it is.</param>
/// <param name="Status">Of the lane that is busiest.</param>
/// <param name="Run">What is under way or rests, with its progress.</param>
/// <param name="Work">By reason, what is on the work list.</param>
/// <param name="Conflicts">Of the last day, that nobody has taken back.</param>
/// <param name="Unmatched">Records without a counterpart.</param>
public sealed record OverviewFlow(
    string Id,
    string Name,
    IReadOnlyList<OverviewSide> Sides,
    bool InStep,
    RunStatus Status,
    DateTimeOffset? Since,
    string? Why,
    bool Enabled,
    DateTimeOffset? WentLiveAt,
    DateTimeOffset? DisconnectedAt,
    RunView? Run,
    IReadOnlyDictionary<string, int> Work,
    int Conflicts,
    int Unmatched,
    IReadOnlyList<OverviewBrake> Brakes,
    NextStep? NextStep)
{
    /// <summary>What will go over without anybody doing anything.</summary>
    private static readonly string[] OnItsWay = ["webhook", "retry", "again", "unread"];

    public static OverviewFlow Of(FlowSummary summary, IReadOnlyList<OverviewSide> sides, Waiting waiting, Run? run, DateTimeOffset now)
    {
        var flow = summary.Flow;
        var busiest = Enum.GetValues<Lane>().Select(lane => LaneView.Of(lane, summary.State.Guard(lane)?.Value, now)).MaxBy(lane => lane.Status)!;
        var view = new OverviewFlow(
            flow.Key.Flow.Value,
            flow.Name,
            sides,
            InStep: false,
            busiest.Status,
            busiest.Since,
            busiest.Why,
            flow.Enabled,
            flow.WentLiveAt,
            flow.DisconnectedAt,
            run is null ? null : RunView.Of(run, now),
            waiting.Work,
            waiting.Conflicts,
            waiting.Unmatched,
            [.. from brake in summary.Brakes where brake.Value.TrippedAt is not null select new OverviewBrake(brake.Value.Kind, brake.Value.TrippedAt!.Value, brake.Value.Reason)],
            NextStep: null);
        return view with { InStep = view.IsInStep(), NextStep = view.Next() };
    }

    private bool IsInStep() =>
        Enabled && WentLiveAt is not null && DisconnectedAt is null && Status == RunStatus.Idle && Brakes.Count == 0
        && Sides.All(side => side.Health == ConnectionHealth.Connected) && !Work.ContainsKey("dead") && !OnItsWay.Any(Work.ContainsKey);

    private NextStep? Next()
    {
        if (DisconnectedAt is not null) return null;
        if (Sides.Any(side => side.Health != ConnectionHealth.Connected)) return Manage.NextStep.Reconnect;
        if (WentLiveAt is null) return Manage.NextStep.Setup;
        if (!Enabled) return Manage.NextStep.SwitchOn;
        if (Brakes.Count > 0) return Manage.NextStep.DecideBrake;
        if (Run?.PausedAt is not null) return Manage.NextStep.ResumeRun;
        if (Work.ContainsKey("dead")) return Manage.NextStep.Replay;
        if (Conflicts > 0) return Manage.NextStep.LookAtConflicts;
        return Unmatched > 0 ? Manage.NextStep.Match : null;
    }
}

public sealed record TenantOverview(IReadOnlyList<OverviewFlow> Flows);
