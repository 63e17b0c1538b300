using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Azure;
using SyncFunctions.Engine;

namespace SyncFunctions.State;

/// <summary>The links, records and work of one kind of a flow: one partition, so that what belongs together is one transaction.</summary>
public readonly record struct LinkScope(FlowKey Flow, string Kind)
{
    public override string ToString() => $"{Flow}/{Kind}";
}

/// <summary>What is known of one record of one side.</summary>
public sealed record IndexEntry(Side Side, string RecordId)
{
    /// <summary>Null: not linked.</summary>
    public LinkId? Link { get; init; }

    /// <summary>Not to be linked; only a person undoes that.</summary>
    public bool Tombstone { get; init; }

    /// <summary>It was there before the flow went live.</summary>
    public bool IsOlder { get; init; }

    /// <summary>By these it is found while it is not linked.</summary>
    public ImmutableArray<string> MatchKeys { get; init; } = [];

    /// <summary>For people.</summary>
    public string Label { get; init; } = "";

    /// <summary>What suggestions compare while it is not linked.</summary>
    public Marks Marks { get; init; } = Marks.None;

    /// <summary>Why it is not linked, for people; null where nobody said.</summary>
    public string? Reason { get; init; }

    /// <summary>The record that has to be linked before this one can be.</summary>
    public AwaitedRecord? First { get; init; }

    /// <summary>An edit in its own system is enough for it to be created on the other side (it is archived, or lacks something): what refers to it waits for that.</summary>
    public bool AwaitsEdit { get; init; }

    /// <summary>Of its content when it was last seen.</summary>
    public string? Hash { get; init; }

    public required DateTimeOffset SeenAt { get; init; }

    /// <summary>Whether it can be proposed as somebody's counterpart.</summary>
    internal bool IsMatchable => Link is null && !Tombstone;
}

[JsonConverter(typeof(JsonStringEnumConverter<WorkReason>))]
public enum WorkReason
{
    Webhook,

    /// <summary>A vendor call failed and may work later.</summary>
    Retry,

    /// <summary>The loop lock makes it wait.</summary>
    Held,

    /// <summary>A record that it refers to is not linked yet.</summary>
    Parked,

    /// <summary>A write of unknown outcome has to be resolved.</summary>
    Intent,

    /// <summary>Something changed while it was planned.</summary>
    Again,

    /// <summary>It is new, and the other side, where the same may be new, was not read to its end yet.</summary>
    Unread,

    /// <summary>A brake holds an archiving or a deletion until a person confirms it.</summary>
    Braked,

    /// <summary>Given up after too many attempts; a person decides.</summary>
    Dead,
}

/// <summary>A record that must be planned again. One row a record: ten events are one row.</summary>
public sealed record WorkItem(string Kind, Side Side, string RecordId, WorkReason Reason, DateTimeOffset DueAt)
{
    public int Attempts { get; init; }

    /// <summary>For people.</summary>
    public string? Detail { get; init; }

    /// <summary>The record it waits for, when it is parked.</summary>
    public AwaitedRecord? Awaits { get; init; }

    /// <summary>Since when it waits.</summary>
    public required DateTimeOffset FirstAt { get; init; }

    /// <summary>Of a part that has no link yet: its project's.</summary>
    public LinkId? Link { get; init; }

    /// <summary>News took the place of a plan that waited.</summary>
    public bool HadPlan { get; init; }

    /// <summary>The span that brought it, as <c>traceparent</c>: whatever becomes of it later belongs to that trace.</summary>
    public string? Trace { get; init; }

    /// <summary>News by a webhook are of one side; what a plan left may be the other side's change, which this side does not show.</summary>
    public bool IsOfBothSides => HadPlan || Reason != WorkReason.Webhook;
}

/// <summary>A record that another one refers to, and that is not linked yet.</summary>
public sealed record AwaitedRecord(string Kind, Side Side, string RecordId);

/// <summary>A reaction to an event of a link, stored with what the event changed, so that it is done whatever happens in between; and then gone.</summary>
/// <param name="Id">The same however often it is tried: whoever is told may tell by it what it knows already.</param>
/// <param name="Source">The side whose status it is.</param>
/// <param name="DueAt">When it is tried (again).</param>
public sealed record LinkEvent(string Id, LinkId Link, Side Source, ReactionEvent What, string Before, string Status, ReactionDo Do, DateTimeOffset At, DateTimeOffset DueAt)
{
    public int Attempts { get; init; }
}

public enum IndexVerb
{
    Insert,
    Replace,
    Delete,
}

/// <summary>A write of one index row. The rows by match key follow: they exist while the entry is neither linked nor a tombstone.</summary>
/// <param name="Before">The entry as it was read; null for an insert. The write is lost if it has changed since.</param>
public sealed record IndexWrite(IndexEntry Entry, IndexVerb Verb, Versioned<IndexEntry>? Before)
{
    /// <summary>Claims a record that nobody knows yet.</summary>
    public static IndexWrite Insert(IndexEntry entry) => new(entry, IndexVerb.Insert, null);

    public static IndexWrite Replace(Versioned<IndexEntry> before, IndexEntry after) => new(after, IndexVerb.Replace, before);

    public static IndexWrite Delete(Versioned<IndexEntry> before) => new(before.Value, IndexVerb.Delete, before);

    /// <summary>An insert where nothing was read, otherwise a replacement.</summary>
    public static IndexWrite Put(Versioned<IndexEntry>? before, IndexEntry after) => before is { } read ? Replace(read, after) : Insert(after);
}

/// <summary>A record that is about to be created on <paramref name="Target"/>.</summary>
public readonly record struct OpenCreate(LinkId Link, Side Target);

/// <summary>What is written together or not at all: a link with its index rows and its work.</summary>
public sealed record LinkUnit
{
    public Link? Link { get; init; }

    /// <summary>The version the link was read at; null inserts it.</summary>
    public ETag? LinkETag { get; init; }

    public ImmutableArray<IndexWrite> Index { get; init; } = [];

    /// <summary>Replacements that only save work later: a row that has changed since it was read stays as it is.</summary>
    public ImmutableArray<IndexWrite> Noted { get; init; } = [];

    /// <summary>The link's intent is a create: others find it by <see cref="LinkStore.OpenCreatesAsync"/>.</summary>
    public OpenCreate? OpensCreate { get; init; }

    public OpenCreate? ClosesCreate { get; init; }

    /// <summary>
    /// Work to come. Where the record's row is in <see cref="DoneWork"/> too, the new item takes its place unless something newer came; otherwise
    /// it is inserted, and a row that is there already stays if it is due no later.
    /// </summary>
    public ImmutableArray<WorkItem> PutWork { get; init; } = [];

    /// <summary>What the tenant wants done upon what the link remembers from now on.</summary>
    public ImmutableArray<LinkEvent> Events { get; init; } = [];

    /// <summary>Work that this unit settles, as it was read before the record was fetched. A row that has changed since stays.</summary>
    public ImmutableArray<Versioned<WorkItem>> DoneWork { get; init; } = [];
}

/// <param name="LinkETag">The link's new version; <c>default</c> where the unit writes none or was lost.</param>
/// <param name="LostOn">The row key on which the unit lost its race.</param>
public sealed record CommitResult(bool Committed, ETag LinkETag, string? LostOn);

/// <summary>A link has grown over what a row may hold. Long values belong in blobs.</summary>
public sealed class LinkTooLargeException(LinkId link, int size)
    : Exception($"Link {link} takes {size} bytes; a row holds at most {LinkRows.MaxLinkSize}. Keep long values out of its bases.");
