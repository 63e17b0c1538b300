using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <summary>A field that was changed on both sides: both values whole.</summary>
/// <param name="Rule">Why the winner won; null for conflicts of long ago.</param>
/// <param name="Lost">The value that did not win: what a restore brings back.</param>
public sealed record ConflictView(
    string Id,
    DateTimeOffset At,
    string Kind,
    string Field,
    string? Link,
    string? LeftId,
    string? RightId,
    string Label,
    Side Winner,
    ConflictRule? Rule,
    FieldValue Left,
    FieldValue Right,
    FieldValue Lost,
    string? Run,
    DateTimeOffset? RestoredAt,
    string? RestoredBy)
{
    public static ConflictView Of(Conflict conflict) => new(
        conflict.Id.Value,
        conflict.At,
        conflict.Kind,
        conflict.Field,
        conflict.Link?.Value,
        conflict.LeftId,
        conflict.RightId,
        conflict.Label,
        conflict.Winner,
        conflict.Rule,
        conflict.Left,
        conflict.Right,
        conflict.Loser,
        conflict.Run?.Value,
        conflict.RestoredAt,
        conflict.RestoredBy);
}
