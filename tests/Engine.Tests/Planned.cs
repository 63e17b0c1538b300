using System.Collections.Immutable;
using SyncFunctions.Engine;

namespace SyncFunctions.Engine.Tests;

/// <summary>Plans for a company with a name, a colour, tags, an owner and a lifecycle, which both sides last saw as "Ada", red, active.</summary>
internal static class Planned
{
    public static readonly DateTimeOffset Now = World.Now;

    public static readonly KindMap Kind = new()
    {
        Name = "company",
        LeftKind = "companies",
        RightKind = "organisations",
        MatchRules = [new MatchRule("name")],
        Fields =
        [
            new("name", new("name"), new("name")),
            new("colour", new("colour"), new("colour")),
            new("tags", new("tags"), new("tags")) { Type = FieldType.Set },
            new("owner", new("owner"), new("owner")) { Type = FieldType.Reference, References = "person" },
            new("stage", new("stage"), new("stage")) { ValueMap = "stages" },
            new(KindMap.Lifecycle, new("alive"), new("alive")),
        ],
    };

    public static readonly FieldSet Agreed = FieldSet.Of(("name", FieldValue.Of("Ada")), ("colour", FieldValue.Of("red")), ("tags", new FieldValue.Set("a")), ("owner", FieldValue.None), (KindMap.Lifecycle, KindMap.Active));

    public static readonly Link Linked = new(new LinkId("1"), Kind.Name)
    {
        State = LinkState.Active,
        LeftId = "L",
        RightId = "R",
        Bases = Bases.None.With(Side.Left, Agreed).With(Side.Right, Agreed),
    };

    public static readonly Block Outgoing = new(Blocks.Outgoing, SkipReason.Filtered, "outside", IsFilter: true);
    public static readonly Block Incoming = Outgoing with { Ways = Blocks.Incoming };

    public static readonly (string, FieldValue) Archived = (KindMap.Lifecycle, KindMap.Archived);

    public static (string, FieldValue) Named(string name) => ("name", FieldValue.Of(name));

    public static Record Record(Side side, params (string, FieldValue)[] edits) => new(side == Side.Left ? "L" : "R", Agreed.With(FieldSet.Of(edits)));

    public static Sight.Present Seen(Side side, params (string, FieldValue)[] edits) => new(Record(side, edits));

    public static Sight.Present Seen(Side side, Block block, params (string, FieldValue)[] edits) => new(Record(side, edits) with { Block = block });

    public static FlowSettings With(KindSettings choices) => FlowSettings.Default with { Kinds = FlowSettings.Default.Kinds.Add(Kind.Name, choices) };

    public static PlanItem Item(Sight left, Sight right, Link? link = null) => new(link ?? Linked, left, right);

    /// <summary>The same from the other side: <paramref name="here"/> is what <paramref name="side"/> shows.</summary>
    public static PlanItem Item(Side side, Sight here, Sight there, Link? link = null) => side == Side.Left ? Item(here, there, link) : Item(there, here, link);

    public static ImmutableArray<SyncAction> Plan(PlanItem item, KindSettings? choices = null) => Plan(item, choices is null ? FlowSettings.Default : With(choices));

    public static ImmutableArray<SyncAction> Plan(PlanItem item, FlowSettings settings) => SyncPlanner.PlanOne(Kind, settings, item, Now).Actions;

    /// <summary>The kinds of actions, in order.</summary>
    public static string Names(this ImmutableArray<SyncAction> actions) => string.Join(',', actions.Select(action => action.GetType().Name));
}
