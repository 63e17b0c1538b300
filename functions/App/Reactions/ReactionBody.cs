using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Reactions;

/// <summary>What a webhook of ours says: as Standard Webhooks suggest, its type, its time, and what it is about.</summary>
internal sealed record ReactionBody(string Type, DateTimeOffset Timestamp, ReactionBody.About Data)
{
    public ReactionBody(LinkEvent told, string flow, string kind, Link link)
        : this(told.What == ReactionEvent.ProspectAdded ? "prospect.added" : "prospect.status_changed", told.At, new About(flow, kind, link.Id.Value, link.LeftId, link.RightId, told.Status, told.Before.Length == 0 ? null : told.Before))
    {
    }

    internal sealed record About(string Flow, string Kind, string Link, string? LeftId, string? RightId, string Status, string? Before);
}
