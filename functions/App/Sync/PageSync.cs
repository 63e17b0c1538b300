using System.Collections.Immutable;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>How far the walk through one side's list has come.</summary>
/// <param name="Page">The next page, null at the first.</param>
/// <param name="StartedAt">The vendor's clock when the walk began: where the next walk starts from, less the overlap.</param>
/// <param name="Seen">Short hashes of what was handled inside the overlap, so that the next walk does not handle it again.</param>
public sealed record Walk(string? Page, bool Done, DateTimeOffset? StartedAt, ImmutableArray<string> Seen)
{
    public static readonly Walk Start = new(null, false, null, []);

    /// <summary>The side has nothing to say about this kind.</summary>
    public static readonly Walk Skipped = new(null, true, null, []);
}

/// <summary>The state of a walk through one kind, as orchestrations carry it: tokens, times and hashes, never records.</summary>
public sealed record KindWalk(string Kind, Walk Left, Walk Right, int PageNumber)
{
    public static KindWalk Begin(string kind) => new(kind, Walk.Start, Walk.Start, 0);

    public bool Done => Left.Done && Right.Done;

    public Walk On(Side side) => side == Side.Left ? Left : Right;

    public KindWalk With(Side side, Walk walk) => side == Side.Left ? this with { Left = walk } : this with { Right = walk };
}

/// <summary>What one page brought.</summary>
/// <param name="Parents">Links whose insides are still to be synchronised.</param>
/// <param name="Failure">A vendor could not be read: the walk has not moved, and this says why and until when.</param>
/// <param name="Order">What a person wants of the run: then the page was not looked at.</param>
public sealed record PageResult(KindWalk Walk, KindCounts Counts, ImmutableArray<string> Parents, string? Failure = null, DateTimeOffset? RetryAt = null, RunOrder? Order = null)
{
    /// <summary>What was done inside the page's records, by kind.</summary>
    public ImmutableSortedDictionary<string, KindCounts> Insides { get; init; } = ImmutableSortedDictionary<string, KindCounts>.Empty;

    /// <summary>The cursors of the walk are to be saved when the insides are done.</summary>
    public bool CursorsWait { get; init; }
}

/// <summary>One step through the lists of a kind: the next page of each side, planned and applied together.</summary>
public sealed class PageSync(BatchSync batches, FlowStore flows, SweepStore sweeps, TimeProvider time)
{
    /// <summary>More would not fit what an orchestration should carry; what is handled twice is seen to be unchanged.</summary>
    private const int MaxSeen = 500;

    /// <param name="since">Changes only, by the cursors of the flow; everything otherwise.</param>
    public async Task<PageResult> StepAsync(WorkScope scope, KindWalk walk, bool since, CancellationToken cancellation)
    {
        var pages = await Task.WhenAll(Sides.Both.Select(side => ReadAsync(scope, walk, side, since, cancellation)));
        if (pages.FirstOrDefault(page => page.Failure is not null) is { Failure: { } failure })
        {
            return new PageResult(walk, KindCounts.None, [], failure.Message, failure.IsPassing ? failure.Until ?? time.GetUtcNow().AddSeconds(30) : null);
        }

        var next = walk with { PageNumber = walk.PageNumber + 1 };
        foreach (var page in pages) next = next.With(page.Side, page.Walk);
        return await ApplyAsync(scope, next, pages, since, cancellation);
    }

    /// <summary>Reads the next page of a side, leaving out what the last walk has handled already.</summary>
    internal async Task<SidePage> ReadAsync(WorkScope scope, KindWalk walk, Side side, bool since, CancellationToken cancellation)
    {
        var before = walk.On(side);
        if (before.Done || (since && !scope.Flow.Listens(scope.Kind, side))) return new SidePage(side, before with { Done = true }, [], null);
        var cursor = since ? scope.Flow.State.Cursor(scope.Kind.Name, side)?.Value : null;
        var result = await scope.Flow.On(side).ListAsync(scope.Kind, new ListRequest(cursor?.ChangedSince, before.Page), cancellation);
        if (!result.TryGet(out var page, out var failure)) return new SidePage(side, before, [], failure);

        var startedAt = before.StartedAt ?? page.VendorTime;
        var settledBefore = startedAt - scope.Flow.On(side).Connector.Catalog.Overlap;
        var fresh = new List<Record>();
        var seen = before.Seen.ToBuilder();
        foreach (var record in page.Records.DistinctBy(record => record.Id))
        {
            var hash = record.Hash();
            if (cursor?.Seen.Contains(hash) != true) fresh.Add(record);
            if (seen.Count < MaxSeen && Cursor.ComesAgain(record, cursor, settledBefore) && !seen.Contains(hash)) seen.Add(hash);
        }

        return new SidePage(side, new Walk(page.NextPage, page.NextPage is null, startedAt, seen.ToImmutable()), fresh, null) { Rows = [.. page.Records.Select(record => new SweepRow(record.Id, record.Hash()))] };
    }

    internal async Task<PageResult> ApplyAsync(WorkScope scope, KindWalk next, IReadOnlyList<SidePage> pages, bool since, CancellationToken cancellation)
    {
        var sources = pages.SelectMany(page => page.Fresh.Select(record => new SourceRecord(page.Side, record.Id, record))).ToList();
        scope = scope with { Unfinished = [.. Sides.Both.Where(side => !next.On(side).Done)] };
        var outcome = sources.Count == 0 ? BatchOutcome.Nothing : await batches.RunAsync(scope, sources, cancellation);
        if ((scope.Mode is RunMode.Comprehensive or RunMode.DryRun || scope.Kind.IsReference) && scope.Run is { } run)
        {
            foreach (var page in pages.Where(page => page.Rows.Count > 0)) await sweeps.AppendPageAsync(scope.Flow.Key, run, scope.Kind.Name, page.Side, next.PageNumber, page.Rows, cancellation);
        }

        // Where insides follow in steps of their own, the cursor waits for them: whoever repeats this one has to come upon the same records.
        var insidesFollow = scope.Mode == RunMode.Delta && scope.Flow.Pair.Inside(scope.Kind).Any();
        if (since && next.Done && !insidesFollow) await SaveCursorsAsync(scope, next, cancellation);
        return scope.Mode is RunMode.Import or RunMode.Comprehensive
            ? new PageResult(next, outcome.Counts, []) { Insides = await batches.RunInsidesAsync(scope, outcome, cancellation) }
            : new PageResult(next, outcome.Counts, [.. outcome.Parents.Select(parent => parent.Value).Distinct()]) { CursorsWait = since && insidesFollow };
    }

    /// <summary>
    /// The cursor moves when every record of the walk is applied or on the work list. Where somebody else moved it meanwhile it stays:
    /// what is handled twice is seen to be unchanged.
    /// </summary>
    public async Task SaveCursorsAsync(WorkScope scope, KindWalk done, CancellationToken cancellation)
    {
        var cursors = (from side in Sides.Both
                       let walk = done.On(side)
                       where walk.StartedAt.HasValue
                       let known = scope.Flow.State.Cursor(scope.Kind.Name, side)
                       let next = new Cursor(scope.Kind.Name, side, walk.StartedAt.GetValueOrDefault() - scope.Flow.On(side).Connector.Catalog.Overlap, walk.Seen) { ReadAt = time.GetUtcNow() }
                       select new Versioned<Cursor>(next, known?.ETag ?? default)).ToList();
        if (cursors.Count > 0) await flows.SaveCursorsAsync(scope.Flow.Key, cursors, cancellation);
    }

    internal sealed record SidePage(Side Side, Walk Walk, IReadOnlyList<Record> Fresh, VendorFailure? Failure)
    {
        /// <summary>The whole page, for a comprehensive run to remember.</summary>
        public IReadOnlyList<SweepRow> Rows { get; init; } = [];
    }
}
