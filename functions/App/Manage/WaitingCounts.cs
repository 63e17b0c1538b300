using System.Collections.Concurrent;
using System.Collections.Immutable;
using SyncFunctions.App.Problems;
using SyncFunctions.Engine;
using SyncFunctions.Pairs;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <param name="Work">By reason, what is on the work list.</param>
/// <param name="Conflicts">Of the last day, that nobody has taken back.</param>
/// <param name="Unmatched">Records without a counterpart.</param>
public sealed record Waiting(IReadOnlyDictionary<string, int> Work, int Conflicts, int Unmatched);

/// <summary>Counts what waits. Rows are counted again only where something of the flow has changed since, or it is a minute ago: those who watch a page cost little.</summary>
public sealed class WaitingCounts(LinkStore links, ConflictStore conflicts, PairCatalog pairs, TimeProvider time)
{
    /// <summary>A list that is longer is counted no further: the number says enough.</summary>
    private const int Most = 5000;

    private const int MostConflicts = 100;

    private const int MostKept = 1000;

    private static readonly TimeSpan ConflictsOf = TimeSpan.FromDays(1);

    /// <summary>What a person does to rows changes nothing of the flow itself.</summary>
    private static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<FlowKey, Counted> _counted = [];

    public async Task<Waiting> OfAsync(FlowSummary summary, CancellationToken cancellation)
    {
        var (key, now) = (summary.Flow.Key, time.GetUtcNow());
        if (_counted.TryGetValue(key, out var known) && known.Version == summary.Version && now - known.At < KeptFor) return known.Waiting;
        if (_counted.Count >= MostKept) Forget(now);
        var kinds = pairs[summary.Flow.Pair].Kinds;
        var work = WorkAsync(key, kinds, cancellation);
        var open = conflicts.CountOpenAsync(key, now - ConflictsOf, MostConflicts, cancellation);
        var unmatched = await Task.WhenAll(kinds.Where(kind => kind.Parent is null).Select(kind => links.CountUnmatchedAsync(new LinkScope(key, kind.Name), Most, cancellation)));
        var waiting = new Waiting(await work, await open, unmatched.Sum());
        _counted[key] = new Counted(summary.Version, now, waiting);
        return waiting;
    }

    /// <summary>What is on the work list now, by reason.</summary>
    public async Task<ImmutableSortedDictionary<string, int>> WorkAsync(FlowKey flow, IEnumerable<KindMap> kinds, CancellationToken cancellation)
    {
        var counts = await Task.WhenAll(kinds.Select(kind => links.CountWorkAsync(new LinkScope(flow, kind.Name), Most, cancellation)));
        return counts.SelectMany(count => count)
            .GroupBy(count => count.Key, count => count.Value)
            .ToImmutableSortedDictionary(reason => Json.ToNode(reason.Key)!.GetValue<string>(), reason => reason.Sum());
    }

    private void Forget(DateTimeOffset now)
    {
        foreach (var (flow, counted) in _counted)
        {
            if (now - counted.At >= KeptFor) _counted.TryRemove(flow, out _);
        }
    }

    private sealed record Counted(string Version, DateTimeOffset At, Waiting Waiting);
}
