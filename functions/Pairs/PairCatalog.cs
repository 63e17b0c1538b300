using System.Collections.Immutable;
using SyncFunctions.Engine;

namespace SyncFunctions.Pairs;

/// <summary>What two systems can sync and how.</summary>
public sealed record Pair
{
    /// <summary>As in addresses and settings: <c>synergy-tinyplus</c>.</summary>
    public required string Name { get; init; }

    public required string DisplayName { get; init; }

    public required string LeftSystem { get; init; }

    public required string RightSystem { get; init; }

    /// <summary>In reference order: a kind comes after those that its records refer to.</summary>
    public required ImmutableArray<KindMap> Kinds { get; init; }

    /// <summary>What a new flow starts with.</summary>
    public FlowSettings Defaults { get; init; } = FlowSettings.Default;

    /// <summary>The side that an import brings older records over from.</summary>
    public Side ImportFrom { get; init; } = Side.Left;

    /// <summary>The kind of the people who use the systems: matched by hand before an import.</summary>
    public string? TeamKind { get; init; }

    /// <summary>The value map that the setup asks for, with the vendor kinds that list its values on each side.</summary>
    public StageMap? Stages { get; init; }

    /// <summary>Kinds that are polled by themselves: neither inside records of another kind nor reference data.</summary>
    public IEnumerable<KindMap> TopKinds => Kinds.Where(kind => kind is { Parent: null, PartOf: null, IsReference: false });

    /// <summary>Whether records cannot be brought over before look-up lists were read.</summary>
    public bool NeedsLists => ReferenceKinds.Any() || Kinds.Any(kind => kind.Fields.Any(map => map.Vocabulary is not null));

    /// <summary>An import makes a flow live. Where it does not, going live takes note of what is there, and an import is a separate clean-up with a report of its own.</summary>
    public bool ImportGoesLive { get; init; } = true;

    public IEnumerable<KindMap> ReferenceKinds => Kinds.Where(kind => kind.IsReference);

    /// <summary>Kinds whose records live inside those of <paramref name="kind"/>, with ids of their own, in reference order.</summary>
    public IEnumerable<KindMap> PartsOf(KindMap kind) => Kinds.Where(part => part.PartOf == kind.Name);

    /// <summary>The kind that has parts: projects; null where none has.</summary>
    public KindMap? ProjectKind => Kinds.FirstOrDefault(kind => PartsOf(kind).Any());

    /// <summary>The pair with the fields that a tenant maps in addition.</summary>
    public Pair For(FlowSettings settings) => settings.Kinds.Values.All(kind => kind.CustomFields.IsEmpty) ? this : this with { Kinds = [.. Kinds.Select(kind => kind.With(settings.Kind(kind.Name)))] };

    public string System(Side side) => side == Side.Left ? LeftSystem : RightSystem;

    public KindMap? FindKind(string name) => Kinds.FirstOrDefault(kind => kind.Name == name);

    public KindMap Kind(string name) => FindKind(name) ?? throw new ArgumentException($"The pair {Name} has no kind {name}.", nameof(name));

    /// <summary>The kinds that live one to one inside records of <paramref name="kind"/>.</summary>
    public IEnumerable<KindMap> Inside(KindMap kind) => Kinds.Where(inner => inner.Parent == kind.Name);
}

/// <param name="ValueMap">The name of the map in the flow's settings.</param>
/// <param name="LeftKind">The vendor kind whose records' names are the left values.</param>
public sealed record StageMap(string ValueMap, string LeftKind, string RightKind);

/// <summary>All pairs that flows can be of.</summary>
public sealed class PairCatalog(params ImmutableArray<Pair> pairs)
{
    /// <summary>The pairs that the app ships.</summary>
    public static readonly PairCatalog Shipped = new(SynergyTinyPlus.Pair, ConnectWiseMoovila.Pair, RaisersEdgeMailchimp.Pair, SalesforceMailchimp.Pair, IRaiserRaisersEdge.Pair, IRaiserSalesforce.Pair);

    public ImmutableArray<Pair> All => pairs;

    public Pair? Find(string name) => pairs.FirstOrDefault(pair => pair.Name == name);

    /// <exception cref="InvalidOperationException">A stored flow is of a pair that this version does not know.</exception>
    public Pair this[string name] => Find(name) ?? throw new InvalidOperationException($"This version knows no pair {name}.");
}
