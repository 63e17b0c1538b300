using System.Collections.Immutable;
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

    public string? IdOn(Side side) => side == Side.Left ? LeftId : RightId;

    public Link WithId(Side side, string? id) => side == Side.Left ? this with { LeftId = id } : this with { RightId = id };
}

/// <summary>What each side looked like when the two last agreed: one set of canonical values per side, since vendors trim, reformat and round.</summary>
public sealed record Bases(FieldSet Left, FieldSet Right)
{
    public static readonly Bases None = new(FieldSet.Empty, FieldSet.Empty);

    public FieldSet this[Side side] => side == Side.Left ? Left : Right;

    public Bases With(Side side, FieldSet values)
    {
        var kept = FieldSet.From(values.Select(field => KeyValuePair.Create(field.Key, field.Value.ToBase())));
        return side == Side.Left ? this with { Left = Left.With(kept) } : this with { Right = Right.With(kept) };
    }
}

/// <summary>Which side changed a record last and until when changes may flow only from that side.</summary>
public sealed record LoopLock(Side Source, DateTimeOffset Until)
{
    /// <summary>Whether a change that was made on <paramref name="side"/> has to wait.</summary>
    public bool Holds(Side side, DateTimeOffset now) => side != Source && now < Until;

    /// <summary>The lock after a change from <paramref name="source"/>: a later end is never cut short.</summary>
    public static LoopLock? After(LoopLock? before, Side source, DateTimeOffset changedAt, TimeSpan window, DateTimeOffset now)
    {
        if (window <= TimeSpan.Zero) return before;
        var until = (changedAt < now ? changedAt : now) + window;
        if (until <= now) return before;
        return before is not null && before.Source == source && before.Until > until ? before : new LoopLock(source, until);
    }
}

/// <summary>
/// What is about to be written, stored before it is sent: after a crash the target is read, and what was sent is ours.
/// </summary>
/// <param name="Operation">Unique to this write.</param>
/// <param name="Epoch">The epoch of the run that took it; an older run's intent is never sent.</param>
/// <param name="Create">The intent reserves a record that does not exist yet.</param>
/// <param name="Sent">Canonical values sent, in the form of bases.</param>
/// <param name="SourceValues">The source's values that went out, which become its base when the write is known to be applied.</param>
/// <param name="TakenAt">When the intent was stored: a record created before cannot be ours.</param>
/// <param name="Until">No later than this may the write be on its way.</param>
public sealed record Intent(string Operation, long Epoch, Side Target, bool Create, FieldSet Sent, FieldSet SourceValues, DateTimeOffset TakenAt, DateTimeOffset Until)
{
    public bool IsOpen(DateTimeOffset now) => now < Until;
}
