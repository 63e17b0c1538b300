using System.Collections.Immutable;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.Pairs;
using SyncFunctions.State;

namespace SyncFunctions.App.Notices;

/// <summary>Counts what a digest tells.</summary>
public sealed class Digests(FlowStore flows, ConnectionStore connections, LinkStore links, BrakeStore brakes, ConflictStore conflicts, IntegrationLog log, ActivityStore activity, PairCatalog pairs, Systems systems)
{
    /// <summary>What is longer is counted no further: the number says enough.</summary>
    private const int Most = 5000;

    private const int PageSize = 1000;

    internal async Task<Digest> OfAsync(TenantId tenant, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellation)
    {
        var found = (await flows.ListAsync(tenant, cancellation)).Select(flow => flow.Value).Where(flow => flow.DisconnectedAt is null).ToList();
        var expired = (await connections.ListAsync(tenant, cancellation)).Select(connection => connection.Value).Where(connection => connection.Health == ConnectionHealth.Expired).ToList();
        var counted = ImmutableArray.CreateBuilder<FlowDigest>(found.Count);
        foreach (var flow in found) counted.Add(await OfAsync(flow, expired, from, to, cancellation));
        return new Digest(from, to, counted.ToImmutable(), [
            .. expired.Select(connection => new ConnectionDigest(
                connection.Id.Value, NoticeText.OneLine(connection.Name), systems[connection.System].Catalog.DisplayName, [.. found.Where(flow => flow.Left == connection.Id || flow.Right == connection.Id).Select(flow => flow.Key.Flow.Value)])),
        ]);
    }

    private async Task<FlowDigest> OfAsync(Flow flow, List<StoredConnection> expired, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellation)
    {
        var pair = pairs[flow.Pair];
        var crossed = (await activity.ListAsync(flow.Key, from, to, cancellation)).SelectMany(hour => hour.Counts).ToList();
        var work = new List<WorkItem>();
        foreach (var kind in pair.Kinds) work.AddRange((await links.WorkAsync(new LinkScope(flow.Key, kind.Name), Most, cancellation)).Select(row => row.Value));
        var dead = work.Where(row => row.Reason == WorkReason.Dead).ToList();
        var held = (await brakes.ListAsync(flow.Key, cancellation)).Select(brake => brake.Value).Where(brake => brake.TrippedAt is not null).ToList();
        string[] needs =
        [
            .. expired.Where(connection => flow.Left == connection.Id || flow.Right == connection.Id).Select(connection => $"{systems[connection.System].Catalog.DisplayName} has to be connected again"),
            .. held.Select(brake => $"many deletions of {brake.Kind} wait to be confirmed"),
            .. dead.Count > 0 ? [$"{NoticeText.Number(dead.Count)} could not be brought over"] : Array.Empty<string>(),
        ];
        return new FlowDigest(
            flow.Key.Flow.Value,
            flow.Name,
            flow.Enabled,
            Crossed(Side.Left),
            Crossed(Side.Right),
            systems[pair.System(Side.Left)].Catalog.DisplayName,
            systems[pair.System(Side.Right)].Catalog.DisplayName,
            await CountAsync(from, async (continuation, token) => Map(await conflicts.ListAsync(flow.Key, new ConflictFilter(), continuation, PageSize, token), conflict => conflict.At), cancellation),
            work.Count(row => row.Reason == WorkReason.Held),
            work.Count(row => row.Reason is WorkReason.Retry or WorkReason.Parked),
            dead.Count,
            await CountAsync(from, async (continuation, token) => Map(await log.ListAsync(flow.Key, LogFilter.None with { Code = "unmatched" }, continuation, PageSize, token), entry => entry.At), cancellation),
            string.Join("; ", needs),
            held.Select(brake => brake.TrippedAt).Concat(dead.Select(row => (DateTimeOffset?)row.FirstAt)).Min());

        int Crossed(Side side) => crossed.Where(counts => counts.Target == side).Sum(counts => counts.Created + counts.Updated + counts.Archived);
    }

    /// <summary>Of a list with the newest first.</summary>
    private static async Task<int> CountAsync(DateTimeOffset from, Func<string?, CancellationToken, Task<Page<DateTimeOffset>>> list, CancellationToken cancellation)
    {
        var (count, continuation) = (0, (string?)null);
        do
        {
            var page = await list(continuation, cancellation);
            count += page.Items.Count(at => at >= from);
            continuation = page.Items is [.., var last] && last >= from ? page.Continuation : null;
        }
        while (continuation is not null && count < Most);
        return count;
    }

    private static Page<DateTimeOffset> Map<T>(Page<T> page, Func<T, DateTimeOffset> at) => new([.. page.Items.Select(at)], page.Continuation);
}
