using System.Collections.Immutable;

namespace SyncFunctions.Engine;

/// <summary>One thing that a plan wants done for one record or pair of records. A dry run prints these; the runner applies them.</summary>
public abstract record SyncAction
{
    private SyncAction()
    {
    }

    /// <summary>The two are the same record: keep a link, with these values agreed on.</summary>
    public sealed record Join(string LeftId, string RightId, string Reason) : SyncAction;

    /// <summary>Create the counterpart of the source record on <paramref name="Target"/>.</summary>
    public sealed record Create(Side Target, FieldSet Fields, FieldSet SourceValues) : SyncAction;

    /// <summary>Write these fields on <paramref name="Target"/>; what they replace is in <paramref name="Before"/>.</summary>
    public sealed record Write(Side Target, FieldSet Fields, FieldSet Before, FieldSet SourceValues) : SyncAction;

    /// <summary>Both sides say the same already: remember it. Nothing is sent.</summary>
    public sealed record Adopt(FieldSet Left, FieldSet Right) : SyncAction;

    /// <summary>Both sides changed a field and differ; the loser's value is kept for people.</summary>
    /// <param name="Rule">Why the winner won.</param>
    public sealed record Conflict(string Field, Side Winner, FieldValue Left, FieldValue Right, ConflictRule Rule) : SyncAction;

    /// <summary>A change of <paramref name="Source"/> that the loop lock makes wait.</summary>
    public sealed record Hold(Side Source, FieldSet Fields, DateTimeOffset Until) : SyncAction;

    /// <summary>A held change that the lock's end drops, by the tenant's choice.</summary>
    public sealed record Discard(Side Source, FieldSet Fields) : SyncAction;

    /// <summary>The record waits until the record it refers to is linked.</summary>
    public sealed record Park(Side Source, string Field, string Kind, string RecordId) : SyncAction;

    /// <summary>Too early to say: it is planned again by itself.</summary>
    public sealed record Postpone(Side Source, string Why) : SyncAction;

    /// <summary>From now on only changes from this side flow, for the window.</summary>
    public sealed record Lock(LoopLock Value) : SyncAction;

    /// <summary>Delete the survivor, since its counterpart was deleted and the policy says so.</summary>
    public sealed record Delete(Side Target) : SyncAction;

    /// <summary>The link ends in this state: paused, or a tombstone.</summary>
    public sealed record End(LinkState State, string Reason) : SyncAction
    {
        /// <summary>What paused it.</summary>
        public PauseCause? Cause { get; init; }

        /// <summary>The side whose record may be linked again, by a person.</summary>
        public Side? Offers { get; init; }
    }

    /// <summary>A paused link goes on.</summary>
    public sealed record Resume(string Reason) : SyncAction;

    /// <summary>The vendor made one record of two: the link follows to the one that is left, and is planned again.</summary>
    public sealed record Move(Side Side, string Id) : SyncAction;

    /// <summary>A record has left a filter of its side, or has come back in.</summary>
    public sealed record Cross(Side Side, bool IsOutside) : SyncAction;

    /// <summary>A person decides: more than one candidate, or an older record without a counterpart.</summary>
    public sealed record Offer(Side Side, ImmutableArray<string> Candidates, string Reason) : SyncAction
    {
        /// <summary>The reason that says the least: any other that was given before stays.</summary>
        public const string Older = "older than the flow";
    }

    /// <summary>A status of <paramref name="Source"/> has become what the tenant reacts to, in these ways.</summary>
    public sealed record Tell(Side Source, ReactionEvent What, string Field, FieldValue Before, FieldValue Status, ImmutableArray<ReactionDo> Reactions) : SyncAction;

    /// <summary>Nothing is done, and this is why.</summary>
    public sealed record Skip(Side Side, SkipReason Reason, string Detail) : SyncAction
    {
        /// <summary>The record that has to be linked first.</summary>
        public (string Kind, string RecordId)? First { get; init; }
    }
}
