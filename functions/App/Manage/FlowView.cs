using Microsoft.AspNetCore.Mvc;
using SyncFunctions.App.Problems;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <param name="RecordsApiSince">Since when other systems may post records to it, where the tenant lets them; null where they may not.</param>
public sealed record FlowView(
    string Id,
    string Pair,
    string Name,
    string Left,
    string Right,
    FlowMode Mode,
    Direction Direction,
    FlowSettings Settings,
    bool Enabled,
    int? PollEverySeconds,
    DateTimeOffset? WentLiveAt,
    DateTimeOffset CreatedAt,
    DateTimeOffset? RecordsApiSince)
{
    public static FlowView Of(Flow flow) => new(
        flow.Key.Flow.Value,
        flow.Pair,
        flow.Name,
        flow.Left.Value,
        flow.Right.Value,
        flow.Mode,
        flow.Settings.Direction,
        flow.Settings,
        flow.Enabled,
        (int?)flow.PollEvery?.TotalSeconds,
        flow.WentLiveAt,
        flow.CreatedAt,
        flow.RecordsKey?.Since);

    public IActionResult ToAnswer() => Json.Tagged(this, Chosen());

    /// <summary>What people choose: not what the vendors have, and not what the app has done.</summary>
    internal FlowView Chosen() => this with
    {
        Settings = Settings with { StatusBoards = FlowSettings.Default.StatusBoards, Vocabularies = FlowSettings.Default.Vocabularies },
        WentLiveAt = null,
        RecordsApiSince = null,
    };
}
