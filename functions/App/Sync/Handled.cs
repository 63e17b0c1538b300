using System.Collections.Immutable;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>The hashes by which the records of a case are known when they are listed again as they are now.</summary>
internal static class Handled
{
    public static ImmutableArray<IndexWrite> Of(SyncCase item) => item.Link?.Value is { State: LinkState.Active, Intent: null } link
        ?
        [
            .. from vendor in item.Vendor
               where item.Index.ContainsKey(vendor.Key)
               let entry = item.Index[vendor.Key]
               let hash = vendor.Value.Hash()
               where entry.Value.Link == link.Id && entry.Value.Hash != hash
               select IndexWrite.Replace(entry, entry.Value with { Hash = hash }),
        ]
        : [];
}
