using System.Collections.Immutable;
using SyncFunctions.App.Manage;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Setup;

/// <summary>Counts what is on both sides after an import, from what the import took note of: a recount in the systems gives the same.</summary>
public sealed class ImportReports(LinkStore links, TimeProvider time)
{
    private const int PageSize = 1000;
    private const int CountedWork = 10_000;

    public async Task<ImportReport> CountAsync(FoundFlow flow, CancellationToken cancellation)
    {
        var kinds = flow.Pair.TopKinds.Where(kind => flow.Flow.Settings.Kind(kind.Name).Enabled);
        return new ImportReport([.. await Task.WhenAll(kinds.Select(kind => CountAsync(flow.Links(kind), cancellation)))], time.GetUtcNow());
    }

    /// <summary>When it will be known of all writes that were cut off whether they were applied; null where it is.</summary>
    public async Task<DateTimeOffset?> SettledAtAsync(FoundFlow flow, CancellationToken cancellation)
    {
        var work = await Task.WhenAll(flow.Pair.TopKinds.Select(kind => links.WorkAsync(flow.Links(kind), CountedWork, cancellation)));
        return work.SelectMany(items => items).Where(item => item.Value.Reason == WorkReason.Intent).Max(item => (DateTimeOffset?)item.Value.DueAt);
    }

    private async Task<ImportedKind> CountAsync(LinkScope scope, CancellationToken cancellation)
    {
        var left = CountAsync(scope, Side.Left, cancellation);
        var right = CountAsync(scope, Side.Right, cancellation);
        var work = await links.WorkAsync(scope, CountedWork, cancellation);
        var (leftAll, leftLinked) = await left;
        var (rightAll, rightLinked) = await right;

        // A link whose counterpart is still being created has a record on one side only.
        var linked = Math.Min(leftLinked, rightLinked);
        var failed = work.Count(item => item.Value.Reason is WorkReason.Retry or WorkReason.Dead or WorkReason.Intent or WorkReason.Parked);
        return new ImportedKind(scope.Kind, leftAll, rightAll, linked, leftAll - linked, rightAll - linked, failed);
    }

    private async Task<(int All, int Linked)> CountAsync(LinkScope scope, Side side, CancellationToken cancellation)
    {
        var (all, linked) = (0, 0);
        string? continuation = null;
        do
        {
            var page = await links.EntriesAsync(scope, side, continuation, PageSize, cancellation);
            all += page.Items.Count;
            linked += page.Items.Count(entry => entry.Value is { Link: not null, Tombstone: false });
            continuation = page.Continuation;
        }
        while (continuation is not null);
        return (all, linked);
    }
}
