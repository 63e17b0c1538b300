using System.Collections.Immutable;

namespace SyncFunctions.Engine;

/// <summary>What is known of one side of an item.</summary>
public abstract record Sight
{
    private Sight()
    {
    }

    /// <summary>Nobody looked: the record is as its base says, as far as anyone knows.</summary>
    public sealed record NotRead : Sight;

    /// <param name="Record">In canonical form, references resolved.</param>
    /// <param name="IsNew">For an unlinked record: it appeared after the flow went live, or an import was asked to bring it over.</param>
    public sealed record Present(Record Record, bool IsNew = false) : Sight;

    /// <summary>Deleted, and confirmed to be.</summary>
    public sealed record Gone : Sight;

    /// <summary>The vendor says that it went into another record of its.</summary>
    /// <param name="IsTaken">The other record is linked already, or not to be linked.</param>
    public sealed record MergedInto(string Id, bool IsTaken) : Sight;

    public static readonly Sight Unread = new NotRead();
    public static readonly Sight Confirmed = new Gone();
}

/// <summary>One linked pair, or one unlinked record, to be planned.</summary>
public sealed record PlanItem(Link? Link, Sight Left, Sight Right)
{
    /// <summary>For an unlinked record: the other side's unlinked records that share a match key with it, in canonical form.</summary>
    public ImmutableArray<Record> Candidates { get; init; } = [];

    /// <summary>The side whose values win where there is no base to tell who changed what; the kind's master side if null.</summary>
    public Side? Preferred { get; init; }

    /// <summary>Since when a loop lock has held a change of the item; null where none has.</summary>
    public DateTimeOffset? HeldSince { get; init; }

    /// <summary>For a record that is to be made anew: what its earlier link knew of consent.</summary>
    public Bases Before { get; init; } = Bases.None;

    /// <summary>For an unlinked record: it is not to be linked.</summary>
    public bool IsTombstone { get; init; }

    /// <summary>For an unlinked record: the other side's list is not read to its end yet, and the same may be new there.</summary>
    public bool MayBeFurtherOn { get; init; }

    public Clocks Clocks { get; init; } = Clocks.Unknown;

    /// <summary>The side that was looked at.</summary>
    public Side SeenSide => Left is Sight.NotRead ? Side.Right : Side.Left;

    public Sight On(Side side) => side == Side.Left ? Left : Right;

    public Record? RecordOn(Side side) => (On(side) as Sight.Present)?.Record;
}

/// <summary>The actions for one item, in the order in which they are to be applied.</summary>
public sealed record ItemPlan(PlanItem Item, ImmutableArray<SyncAction> Actions)
{
    public bool IsNothing => Actions.IsEmpty;

    /// <summary>Whether a vendor is to be written to.</summary>
    public bool HasEffects => Actions.Any(action => action is SyncAction.Create or SyncAction.Write or SyncAction.Delete);
}
