using System.Text.Json.Serialization;

namespace SyncFunctions.Engine;

[JsonConverter(typeof(JsonStringEnumConverter<LinkState>))]
public enum LinkState
{
    /// <summary>A create is under way: one id is not known yet.</summary>
    Creating,
    Active,

    /// <summary>A person or a policy stopped it; both records live on.</summary>
    Paused,

    /// <summary>Two programs wrote it to and fro; a person looks at it and resumes it.</summary>
    Quarantined,

    /// <summary>Not to be linked again; only a person undoes that.</summary>
    Tombstone,
}

/// <summary>The statement "this left record is that right record", with what each side looked like when they last agreed.</summary>
public sealed record Link(LinkId Id, string Kind)
{
    public required LinkState State { get; init; }

    /// <summary>Null only while the record is being created.</summary>
    public string? LeftId { get; init; }

    public string? RightId { get; init; }

    public Bases Bases { get; init; } = Bases.None;

    /// <summary>The side whose record was there first, where this app created the other one: its values win while there is no base.</summary>
    public Side? CreatedFrom { get; init; }

    public LoopLock? Lock { get; init; }

    public Intent? Intent { get; init; }

    /// <summary>Why it is in its state, for people.</summary>
    public string? Reason { get; init; }

    public DateTimeOffset? StateSince { get; init; }

    /// <summary>What stopped a paused link; null where a person did.</summary>
    public PauseCause? PausedBy { get; init; }

    /// <summary>Since when its record has one of the values of <see cref="AutoPause"/>.</summary>
    public DateTimeOffset? RestingSince { get; init; }

    /// <summary>On a tombstone: disconnected, and nobody can undo it.</summary>
    public bool Final { get; init; }

    /// <summary>The sides whose record was outside a filter when it was last seen.</summary>
    public Outside Outside { get; init; }

    /// <summary>The filters under which it was last seen (<see cref="FlowSettings.FilterHash"/>): a record missing from a list whose filter changed is not a deletion.</summary>
    public string? FilterHash { get; init; }

    /// <summary>What of each side does not flow at present and why, so that people see it and the log tells it once.</summary>
    public LinkNotes Notes { get; init; } = LinkNotes.None;

    /// <summary>What was written lately, to tell a runaway.</summary>
    public RecentWrites Writes { get; init; } = RecentWrites.None;

    public LinkMemory LeftMemory { get; init; } = LinkMemory.None;

    public LinkMemory RightMemory { get; init; } = LinkMemory.None;

    public LinkMemory MemoryOf(Side side) => side == Side.Left ? LeftMemory : RightMemory;

    public Link WithMemory(Side side, LinkMemory memory) => side == Side.Left ? this with { LeftMemory = memory } : this with { RightMemory = memory };

    public string? IdOn(Side side) => side == Side.Left ? LeftId : RightId;

    /// <summary>What people call its record of a side, by what the two last agreed on; its id where that says nothing.</summary>
    public string LabelOn(Side side) => KindMap.LabelOf(new Record(IdOn(side) ?? "", Bases[side]));

    public Link WithId(Side side, string? id) => side == Side.Left ? this with { LeftId = id } : this with { RightId = id };
}

/// <summary>What stopped a link that no person stopped.</summary>
public enum PauseCause
{
    /// <summary>A record was archived; it goes on when that is undone.</summary>
    Archived,

    /// <summary>A record was deleted.</summary>
    Gone,

    /// <summary>Its record rests (<see cref="AutoPause"/>).</summary>
    Resting,
}

[Flags]
public enum Outside
{
    Neither = 0,
    Left = 1,
    Right = 2,
}

public static class OutsideSides
{
    public static bool Has(this Outside outside, Side side) => outside.HasFlag(Of(side));

    public static Outside With(this Outside outside, Side side, bool isOutside) => isOutside ? outside | Of(side) : outside & ~Of(side);

    private static Outside Of(Side side) => side == Side.Left ? Outside.Left : Outside.Right;
}

public sealed record LinkNotes(string? Left, string? Right)
{
    public static readonly LinkNotes None = new(null, null);

    public string? On(Side side) => side == Side.Left ? Left : Right;

    public LinkNotes With(Side side, string? text) => side == Side.Left ? this with { Left = text } : this with { Right = text };
}
