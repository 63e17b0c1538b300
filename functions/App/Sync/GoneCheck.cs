using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>
/// Whether records that are not found are deleted. A vendor that lost its data for a moment, or a user who lost a right, looks just
/// the same: so "not found" is believed only while linked records of the kind that nobody reported are found.
/// </summary>
public sealed class GoneCheck(LinkStore links)
{
    private const int Canaries = 3;

    /// <param name="missing">Linked records that were not found.</param>
    /// <param name="found">Records of the same batch that were.</param>
    /// <returns>Those of the missing that are deleted.</returns>
    public async Task<IReadOnlyList<SourceRecord>> ConfirmAsync(WorkScope scope, IReadOnlyList<SourceRecord> missing, IReadOnlyList<SourceRecord> found, CancellationToken cancellation)
    {
        var confirmed = new List<SourceRecord>();
        foreach (var ofSide in missing.GroupBy(source => source.Side))
        {
            if (found.Any(source => source.Side == ofSide.Key && source.Entry?.Value.Link is not null) || await SingsAsync(scope, ofSide.Key, [.. ofSide.Select(source => source.Id)], cancellation)) confirmed.AddRange(ofSide);
        }

        return confirmed;
    }

    private async Task<bool> SingsAsync(WorkScope scope, Side side, HashSet<string> missing, CancellationToken cancellation)
    {
        var some = await links.LinksAsync(scope.Links, null, missing.Count + (10 * Canaries), cancellation);
        var canaries = (from link in some.Items
                        where link.Value.State == LinkState.Active
                        let id = link.Value.IdOn(side)
                        where id is not null && !missing.Contains(id)
                        select id).Take(Canaries).ToList();
        foreach (var id in canaries)
        {
            if ((await scope.Flow.On(side).GetAsync(scope.Kind, id, cancellation)).TryGet(out _, out _)) return true;
        }

        return false;
    }
}
