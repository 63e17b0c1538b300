using System.Collections.Immutable;
using System.Diagnostics;
using Azure;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>A record of one side that has to be looked at, as its vendor has it.</summary>
/// <param name="Vendor">Under the vendor's field names; null where the record is confirmed to be gone.</param>
/// <param name="Work">The row of the work list that asked for it.</param>
public sealed record SourceRecord(Side Side, string Id, Record? Vendor, Versioned<WorkItem>? Work = null)
{
    /// <summary>The record into which the vendor says this one was merged; it is gone, but not deleted.</summary>
    public string? MergedInto { get; init; }

    /// <summary>When it was asked for, or before; null: just now. What was not found then may be there by the time it is planned, where the worker stood still in between.</summary>
    public DateTimeOffset? ReadAt { get; init; }

    /// <summary>What was known of the record before it was read; null: it is still to be looked up.</summary>
    public Versioned<IndexEntry>? Entry { get; init; }

    /// <summary>
    /// Its link, as it was before the record was read: were it newer, a change that somebody else applied in between would look as if it
    /// had been taken back. Null: still to be looked up.
    /// </summary>
    public Versioned<Link>? Link { get; init; }
}

/// <summary>One link, or one unlinked record, on its way through planning and applying.</summary>
internal sealed class SyncCase
{
    public required PlanItem Item { get; set; }

    public Versioned<Link>? Link { get; set; }

    /// <summary>The link that is about to be made.</summary>
    public LinkId? NewLink { get; set; }

    /// <summary>For what lives inside a project with an id of its own: the project's link.</summary>
    public LinkId? Project { get; set; }

    public LinkId? LinkId => Link?.Value.Id ?? NewLink;

    public Dictionary<Side, Versioned<IndexEntry>> Index { get; } = [];

    /// <summary>What is known of the record to which the link moves.</summary>
    public Versioned<IndexEntry>? MovesTo { get; set; }

    /// <summary>The records that were given, under the vendor's field names.</summary>
    public Dictionary<Side, Record> Vendor { get; } = [];

    /// <summary>What each vendor gave last, by a list, a look or as the answer to a write.</summary>
    public Dictionary<Side, Record> Latest { get; } = [];

    public List<Versioned<WorkItem>> Work { get; } = [];

    /// <summary>The span that brought it, as <c>traceparent</c>; null: the one that it is looked at in.</summary>
    public string? Trace => Work.Select(row => row.Value.Trace).FirstOrDefault(trace => trace is not null);

    /// <summary>While its plan is applied.</summary>
    public Activity? Span { get; set; }

    public ItemPlan? Plan { get; set; }

    /// <summary>
    /// Conflicts that are decided now. A plan for both sides writes one of them, and what the other write takes away is looked at again, and
    /// told, when that is planned.
    /// </summary>
    public IEnumerable<SyncAction.Conflict> Decided(Effect? effect) => Plan!.Actions.OfType<SyncAction.Conflict>().Where(conflict =>
        Takes(effect?.Target, effect?.Fields, conflict) || !Plan.Actions.OfType<SyncAction.Write>().Any(write => Takes(write.Target, write.Fields, conflict)));

    private static bool Takes(Side? target, FieldSet? fields, SyncAction.Conflict conflict) => target == conflict.Winner.Other() && fields!.ContainsKey(conflict.Field);

    /// <summary>Two records were found to be the same.</summary>
    public bool IsJoin => Plan!.Actions.OfType<SyncAction.Join>().Any();

    /// <summary>Why a vendor did not do what was planned.</summary>
    public VendorFailure? Failure { get; set; }

    /// <summary>Somebody else wrote the link first.</summary>
    public bool IsContested { get; set; }

    /// <summary>The record that has to be linked before this one can be.</summary>
    public AwaitedRecord? First => Plan!.Actions.OfType<SyncAction.Skip>().Select(skip => skip.First is { } first ? new AwaitedRecord(first.Kind, skip.Side, first.RecordId) : null).FirstOrDefault(first => first is not null);

    /// <summary>Why the plan leaves an unlinked record unlinked; null where it does not.</summary>
    public string? Reason => Plan!.Actions.Select(action => action switch
    {
        SyncAction.Offer offer => offer.Reason,
        SyncAction.Skip { Reason: not SkipReason.ValueUnmapped } skip => skip.Detail,
        _ => null,
    }).FirstOrDefault(reason => reason is not null);

    /// <summary>Whether an edit is enough for an unlinked record to be created on the other side.</summary>
    public bool AwaitsEdit => Plan!.Actions.OfType<SyncAction.Skip>().FirstOrDefault(skip => skip.Reason != SkipReason.ValueUnmapped)?.Reason.EndsByAnEdit() == true;

    /// <summary>The side and id by which logs and work rows name the case.</summary>
    public (Side Side, string Id) Name
    {
        get
        {
            if (Item.RecordOn(Side.Left) is { } left) return (Side.Left, left.Id);
            if (Item.RecordOn(Side.Right) is { } right) return (Side.Right, right.Id);
            return Link?.Value.LeftId is { } id ? (Side.Left, id) : (Side.Right, Link?.Value.RightId ?? "");
        }
    }

    /// <summary>The side whose record asked to be looked at.</summary>
    public required Side Source { get; init; }

    public string SourceId => Item.RecordOn(Source)?.Id ?? Link?.Value.IdOn(Source) ?? Name.Id;

    public string Label => Item.RecordOn(Source)?.Label ?? Item.RecordOn(Source.Other())?.Label ?? SourceId;
}

/// <summary>What a piece of work is part of.</summary>
/// <param name="Mode"><see cref="RunMode"/>.</param>
/// <param name="Epoch">The epoch of the guard that this work runs under.</param>
public sealed record WorkScope(FlowContext Flow, KindMap Kind, RunMode Mode, RunId? Run, long Epoch)
{
    public LinkScope Links => Flow.Links(Kind);

    /// <summary>The tenant's settings, or what a person ordered by hand over them.</summary>
    public FlowSettings Settings { get; init; } = Flow.Settings;

    /// <summary>For parts: the one project that is looked at, which is linked and active; null where they may be of several.</summary>
    public LinkId? Project { get; init; }

    /// <summary>When the guard may be another's: nothing is sent that could still be on its way then.</summary>
    public DateTimeOffset Until { get; init; } = DateTimeOffset.MaxValue;

    /// <summary>Sides whose list is being read and has not come to its end.</summary>
    public ImmutableArray<Side> Unfinished { get; init; } = [];

    /// <summary>A person waits for the answer: what a vendor refuses is told to them, and not tried again later.</summary>
    public bool ByHand { get; init; }

    /// <summary>Gathers the cases of this work, for who wants to tell what became of them.</summary>
    internal List<SyncCase>? Watch { get; init; }

    /// <summary>For a dry run: the page of its plan that this work is kept as.</summary>
    public string PlanPage { get; init; } = "";

    /// <summary>When the record that this app created for the link is found for certain: a vendor may take a moment to show what is new.</summary>
    public DateTimeOffset? ShowsBy(Link link) => link.CreatedFrom is { } source ? link.StateSince + Flow.On(source.Other()).Connector.Catalog.ReadLag + StorageClock.Precision : null;

    /// <summary>How many records of the kind one call to a side may write.</summary>
    internal int MostAtOnce(Side side) => Flow.On(side).Connector is IBulkWriter writer ? Math.Max(1, writer.MostAtOnce(Kind.VendorKind(side))) : 1;

    /// <summary>The side, for calls about one case: those that fail are told to be its project's, where it has one.</summary>
    internal SideContext On(Side side, SyncCase item) => On(side, item.LinkId ?? item.Project);

    /// <param name="link">Of the record that the calls are about, or of its project; null where it has none.</param>
    internal SideContext On(Side side, LinkId? link)
    {
        var isOfProject = Kind.PartOf is not null || Kind.Parent is not null || Flow.Pair.ProjectKind?.Name == Kind.Name;
        return isOfProject && link is { } known ? Flow.On(side).For(known.Project) : Flow.On(side);
    }

    public string NameOf(Side side) => Flow.On(side).Connector.Catalog.DisplayName;
}

/// <summary>What happened to a batch.</summary>
/// <param name="Parents">Links of this kind whose insides are to be synchronised now.</param>
public sealed record BatchOutcome(KindCounts Counts, IReadOnlyList<LinkId> Parents)
{
    public static readonly BatchOutcome Nothing = new(KindCounts.None, []);

    /// <summary>Records of the parents as their vendors gave them just now.</summary>
    public ImmutableDictionary<(LinkId Link, Side Side), Record> Read { get; init; } = ImmutableDictionary<(LinkId, Side), Record>.Empty;

    /// <summary>Rows of the work list that are done when the insides of <see cref="Parents"/> are.</summary>
    public IReadOnlyList<Versioned<WorkItem>> Kept { get; init; } = [];

    public static BatchOutcome operator +(BatchOutcome a, BatchOutcome b) => new(a.Counts + b.Counts, [.. a.Parents, .. b.Parents]) { Read = a.Read.SetItems(b.Read), Kept = [.. a.Kept, .. b.Kept] };
}
