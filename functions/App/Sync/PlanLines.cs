using System.Collections.Immutable;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>A plan's actions in words for people.</summary>
internal static class PlanLines
{
    /// <summary>What is said of a case by its plan. What only this app remembers (adopted values, a lock) is no line.</summary>
    public static IEnumerable<PlanLine> Of(WorkScope scope, SyncCase item) => item.Plan!.Actions.Select(action => Of(scope, item, action)).OfType<PlanLine>();

    private static PlanLine? Of(WorkScope scope, SyncCase item, SyncAction action)
    {
        return action switch
        {
            SyncAction.Adopt or SyncAction.Lock => null,
            SyncAction.Join join => Line("link", null, join.Reason) with { Fields = [new("leftId", FieldValue.None, FieldValue.Of(join.LeftId)), new("rightId", FieldValue.None, FieldValue.Of(join.RightId))] },
            SyncAction.Create create => Line("create", create.Target, null) with { Fields = Changes(FieldSet.Empty, create.Fields) },
            SyncAction.Write write => Line(write.Fields.Find(KindMap.Lifecycle) == KindMap.Archived ? "archive" : "update", write.Target, null) with { Fields = Changes(write.Before, write.Fields) },
            SyncAction.Delete delete => Line("delete", delete.Target, null),
            SyncAction.Conflict conflict => Line("conflict", conflict.Winner.Other(), $"{conflict.Field} was changed on both sides; {scope.NameOf(conflict.Winner)} wins.") with { Fields = [Lost(conflict)] },
            SyncAction.Hold hold => Line("hold", hold.Source.Other(), $"The other side was changed last; held until {hold.Until:u}.") with { Fields = Changes(FieldSet.Empty, hold.Fields) },
            SyncAction.Discard discard => Line("drop", null, "It was held, and held changes are dropped.") with { Fields = Changes(FieldSet.Empty, discard.Fields) },
            SyncAction.Park park => Line("wait", park.Source.Other(), $"Its {park.Field} ({park.Kind} {park.RecordId}) is not linked yet."),
            SyncAction.Postpone postpone => Line("wait", null, postpone.Why),
            SyncAction.Offer offer => Line("ask", null, offer.Reason),
            SyncAction.End end => Line(end.State switch { LinkState.Tombstone => "unlink", LinkState.Quarantined => "quarantine", _ => "pause" }, null, end.Reason),
            SyncAction.Resume resume => Line("resume", null, resume.Reason),
            SyncAction.Move move => Line("merge", null, $"{scope.NameOf(move.Side)} merged it into {move.Id}."),
            SyncAction.Cross cross => Line(cross.IsOutside ? "leave" : "enter", null, $"The filter of {scope.NameOf(cross.Side)}."),
            SyncAction.Tell told => Line("react", null, $"{told.Field} has become {told.Status}: {string.Join(", ", told.Reactions)}."),
            SyncAction.Skip skip => Line("skip", null, skip.Detail),
            _ => Line(action.GetType().Name.ToLowerInvariant(), null, null),
        };

        PlanLine Line(string word, Side? target, string? reason) => new(scope.Kind.Name, item.Source, item.SourceId, item.Label, word, target, reason) { Link = item.Link?.Value.Id };
    }

    private static PlanField Lost(SyncAction.Conflict conflict) =>
        conflict.Winner == Side.Left ? new(conflict.Field, conflict.Right, conflict.Left) : new(conflict.Field, conflict.Left, conflict.Right);

    private static ImmutableArray<PlanField> Changes(FieldSet before, FieldSet after) =>
        [.. after.Select(field => new PlanField(field.Key, before.Find(field.Key) ?? FieldValue.None, field.Value))];
}
