using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <param name="Reason">Why it is in its state.</param>
/// <param name="Final">Disconnected: nobody can undo it.</param>
/// <param name="Status">Of what lives inside: the lane that is busiest.</param>
public sealed record LinkStatusView(
    string Id,
    string Kind,
    LinkState State,
    string? LeftId,
    string? RightId,
    string? Reason,
    DateTimeOffset? StateSince,
    bool Final,
    DateTimeOffset? RestingSince,
    LoopLock? Lock,
    RunStatus Status,
    DateTimeOffset? Since,
    string? Why,
    IReadOnlyList<LaneView> Lanes)
{
    /// <summary>The changes that the lock holds, with what they are and until when.</summary>
    public IReadOnlyList<WorkView> Held { get; init; } = [];

    /// <summary>What people call its records; blank for one that is being made.</summary>
    public string LeftName { get; init; } = "";

    public string RightName { get; init; } = "";

    /// <summary>What does not flow from a side at present, and why.</summary>
    public LinkNotes Notes { get; init; } = LinkNotes.None;

    public static LinkStatusView Of(Link link, IReadOnlyList<LaneView> lanes)
    {
        var busiest = lanes.MaxBy(lane => lane.Status)!;
        return new LinkStatusView(
            link.Id.Value,
            link.Kind,
            link.State,
            link.LeftId,
            link.RightId,
            link.Reason,
            link.StateSince,
            link.Final,
            link.RestingSince,
            link.Lock,
            busiest.Status,
            busiest.Since,
            busiest.Why,
            lanes)
        {
            Notes = link.Notes,
        };
    }
}
