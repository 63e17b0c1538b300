using System.Collections.Immutable;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>How many records of a kind the last sweep saw on each side.</summary>
public sealed record SweepCount(int Left, int Right)
{
    public int On(Side side) => side == Side.Left ? Left : Right;
}

/// <summary>What the last sweeps saw, by kind: a list that is suddenly much shorter is an outage or a revoked right, not a thousand deletions.</summary>
public sealed class SweepFigures(FlowStore flows)
{
    private const string Document = "sweep";

    /// <summary>Pages are taken to be this long where nobody says.</summary>
    private const int PageSize = 100;

    public async Task<SweepCount?> LastAsync(FlowKey flow, string kind, CancellationToken cancellation) =>
        (await ReadAsync(flow, cancellation))?.Value.GetValueOrDefault(kind);

    public async Task RememberAsync(FlowKey flow, string kind, SweepCount count, CancellationToken cancellation)
    {
        while (true)
        {
            var before = await ReadAsync(flow, cancellation);
            var after = (before?.Value ?? ImmutableSortedDictionary<string, SweepCount>.Empty).SetItem(kind, count);
            if (await flows.PutDocumentAsync(flow, Document, after, StateJson.Options, before?.ETag, cancellation) is not null) return;
        }
    }

    /// <summary>About how many calls a sweep takes on a side: its lists, page by page, and what lives inside, record by record.</summary>
    public async Task<int> CallsAsync(FlowContext flow, Side side, CancellationToken cancellation)
    {
        var last = (await ReadAsync(flow.Key, cancellation))?.Value ?? ImmutableSortedDictionary<string, SweepCount>.Empty;
        var calls = 0;
        foreach (var kind in flow.Pair.TopKinds.Where(kind => flow.Settings.Kind(kind.Name).Enabled))
        {
            var count = last.GetValueOrDefault(kind.Name)?.On(side) ?? 0;
            calls += 1 + (count / PageSize) + (count * flow.Pair.Inside(kind).Count(inside => flow.Settings.Kind(inside.Name).Enabled));
        }

        return calls;
    }

    private Task<Versioned<ImmutableSortedDictionary<string, SweepCount>>?> ReadAsync(FlowKey flow, CancellationToken cancellation) =>
        flows.GetDocumentAsync<ImmutableSortedDictionary<string, SweepCount>>(flow, Document, StateJson.Options, cancellation);
}
