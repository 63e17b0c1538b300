using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.Pairs;

namespace SyncFunctions.App.Tests.Manage;

/// <summary>Every pair that the app ships speaks of kinds and fields that its systems have, in their own words.</summary>
public sealed class PairsFitTests
{
    private static readonly Systems Known = new(new VendorPipeline(new HttpClient(), TimeProvider.System, new Random(1)));

    public static TheoryData<string, string, Side> Kinds
    {
        get
        {
            var all = new TheoryData<string, string, Side>();
            foreach (var pair in PairCatalog.Shipped.All)
            {
                foreach (var kind in pair.Kinds)
                {
                    foreach (var side in Sides.Both) all.Add(pair.Name, kind.Name, side);
                }
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Kind_OfAPair_IsInItsSystem(string pairName, string kindName, Side side)
    {
        var (pair, system) = (PairCatalog.Shipped[pairName], Known[PairCatalog.Shipped[pairName].System(side)].Catalog);
        var kind = pair.Kind(kindName);
        var vendorKind = system.Kind(kind.VendorKind(side));
        foreach (var field in kind.Fields)
        {
            var end = field.End(side);
            foreach (var name in new[] { end.Name }.Concat(end.Parts).Concat(end.Or).OfType<string>())
                vendorKind.Field(name).ShouldNotBeNull($"{field.Name}: {name}");
            if (end.Name is { } written && FlowSettings.AllowsAtCreation(field.Direction, side.Other()) && field.End(side.Other()) is { CanWrite: true } or { IsId: true })
                vendorKind.Field(written)!.Writable.ShouldBeTrue($"{field.Name}: {written} is written");
            if (field.Vocabulary is { } vocabulary) Known[pair.System(vocabulary.Side)].Catalog.HasKind(vocabulary.Kind).ShouldBeTrue(vocabulary.Kind);
        }
    }
}
