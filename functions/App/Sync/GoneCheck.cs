using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>
/// Whether records that are not found are deleted. A vendor that lost its data for a moment, or a user who lost a right, looks just
/// the same: so "not found" is believed only while linked records of the kind that nobody reported are found.
/// </summary>
public sealed class GoneCheck(LinkStore links, TimeProvider time)
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
            if (found.Any(source => source.Side == ofSide.Key && source.Entry?.Value.Link is not null) || await ShowsOthersAsync(scope, ofSide.Key, [.. ofSide.Select(source => source.Id)], cancellation)) confirmed.AddRange(ofSide);
        }

        return confirmed;
    }

    /// <summary>Which of the records that a project's lists did not show are deleted: their vendor does not find them, while it finds others of the kind that it listed.</summary>
    /// <param name="listed">The ids that each side listed just now.</param>
    public async Task<IReadOnlyList<SourceRecord>> FindAsync(WorkScope scope, IReadOnlyList<SourceRecord> missing, IReadOnlyDictionary<Side, HashSet<string>> listed, CancellationToken cancellation)
    {
        var notFound = new SourceRecord?[missing.Count];
        var readAt = time.GetUtcNow();
        await Concurrent.ForAsync(missing.Count, BatchSync.ReadsAtOnce, async (i, token) =>
        {
            var failure = (await scope.Flow.On(missing[i].Side).GetAsync(scope.Kind, missing[i].Id, token)).Failure;
            if (failure?.Kind == FailureKind.NotFound) notFound[i] = missing[i] with { MergedInto = failure.MergedInto, ReadAt = readAt };
        }, cancellation);

        var confirmed = new List<SourceRecord>();
        foreach (var ofSide in notFound.OfType<SourceRecord>().GroupBy(source => source.Side))
        {
            if (await AreFoundAsync(scope, ofSide.Key, [.. listed[ofSide.Key].Take(Canaries)], cancellation) || await ShowsOthersAsync(scope, ofSide.Key, [.. ofSide.Select(source => source.Id)], cancellation)) confirmed.AddRange(ofSide);
        }

        return confirmed;
    }

    /// <summary>Whether the vendor finds linked records of the kind besides those that it did not find.</summary>
    public async Task<bool> ShowsOthersAsync(WorkScope scope, Side side, HashSet<string> missing, CancellationToken cancellation)
    {
        var some = await links.LinksAsync(scope.Links, null, missing.Count + (10 * Canaries), cancellation);
        var oldest = some.Items.Where(link => link.Value.State == LinkState.Active).Select(link => link.Value.IdOn(side)).OfType<string>().Except(missing).Take(Canaries).ToList();
        return await AreFoundAsync(scope, side, oldest, cancellation) || await AreFoundAsync(scope, side, [.. (await ListedAsync(scope, side, cancellation)).Except(missing).Except(oldest).Take(Canaries)], cancellation);
    }

    private static async Task<bool> AreFoundAsync(WorkScope scope, Side side, List<string> canaries, CancellationToken cancellation)
    {
        foreach (var id in canaries)
        {
            if ((await scope.Flow.On(side).GetAsync(scope.Kind, id, cancellation)).TryGet(out _, out _)) return true;
        }

        return false;
    }

    /// <summary>The oldest may be gone themselves: linked records that the vendor lists.</summary>
    private async Task<IEnumerable<string>> ListedAsync(WorkScope scope, Side side, CancellationToken cancellation)
    {
        if (!(await scope.Flow.On(side).ListAsync(scope.Kind, new ListRequest(), cancellation)).TryGet(out var page, out _)) return [];
        var known = await links.FindAsync(scope.Links, side, [.. page.Records.Select(record => record.Id).Distinct()], cancellation);
        return known.Values.Where(entry => entry.Value is { Link: not null, Tombstone: false }).Select(entry => entry.Value.RecordId);
    }
}
