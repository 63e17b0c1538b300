using System.Collections.Immutable;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>What was done with the records of several kinds.</summary>
internal static class CountsByKind
{
    public static readonly ImmutableSortedDictionary<string, KindCounts> None = ImmutableSortedDictionary<string, KindCounts>.Empty;

    public static ImmutableSortedDictionary<string, KindCounts> Plus(this ImmutableSortedDictionary<string, KindCounts> counts, string kind, KindCounts more) =>
        more == KindCounts.None ? counts : counts.SetItem(kind, counts.GetValueOrDefault(kind, KindCounts.None) + more);

    public static ImmutableSortedDictionary<string, KindCounts> Plus(this ImmutableSortedDictionary<string, KindCounts> counts, ImmutableSortedDictionary<string, KindCounts> more) =>
        more.Aggregate(counts, (sum, kind) => sum.Plus(kind.Key, kind.Value));
}
