using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <param name="Score">From 0 to 1.</param>
/// <param name="Reasons">What the two have in common.</param>
public sealed record Suggestion(string Id, string Label, double Score, IReadOnlyList<string> Reasons);

/// <param name="Reason">Why it is not linked.</param>
public sealed record UnmatchedRecord(string Id, string Label, string Reason, DateTimeOffset SeenAt, bool Dismissed, IReadOnlyList<Suggestion> Suggestions);

public sealed record UnmatchedPage(IReadOnlyList<UnmatchedRecord> Records, string? Continuation);

/// <summary>Records that wait for a person: each with what it could be, or dismissed as "do not match". Works while the flow or the kind is off.</summary>
public sealed class UnmatchedRecords(FlowContexts contexts, LinkStore links, IntegrationLog log, TimeProvider time)
{
    /// <summary>So many records of the other side are compared; more would make the list slow.</summary>
    private const int Compared = 2000;

    private const int MaxSuggestions = 3;

    /// <summary>A search goes through so many pages before it answers with what it has, and where to go on.</summary>
    private const int MostPages = 20;

    /// <param name="search">Text that is in the name or is the id; null: all.</param>
    public async Task<UnmatchedPage> ListAsync(FlowKey flow, string kind, Side side, string? search, bool dismissed, string? continuation, int limit, CancellationToken cancellation)
    {
        var scope = new LinkScope(flow, kind);
        var text = search is null ? null : new SearchText(search);
        var found = new List<IndexEntry>();
        for (var pages = 0; pages < MostPages && found.Count < limit; pages++)
        {
            var page = await links.UnlinkedAsync(scope, side, dismissed, continuation, limit - found.Count, cancellation);
            found.AddRange(page.Items.Select(entry => entry.Value).Where(entry => text is null || text.Finds(entry.RecordId, entry.Label)));
            continuation = page.Continuation;
            if (continuation is null) break;
        }

        if (found.Count == 0) return new UnmatchedPage([], continuation);
        var keys = found.SelectMany(entry => entry.MatchKeys).Distinct().ToList();
        var sameKey = dismissed || keys.Count == 0 ? null : await links.FindByKeysAsync(scope, side.Other(), keys, cancellation);
        var others = dismissed ? [] : (await links.UnlinkedAsync(scope, side.Other(), dismissed: false, null, Compared, cancellation)).Items;
        return new UnmatchedPage([.. found.Select(Describe)], continuation);

        UnmatchedRecord Describe(IndexEntry entry)
        {
            var exact = from key in entry.MatchKeys
                        from match in sameKey is not null && sameKey.TryGetValue(key, out var same) ? same : []
                        select new Suggestion(match.Value.RecordId, match.Value.Label, 1, [$"same {key[..key.IndexOf('=', StringComparison.Ordinal)].Replace("+", " and ", StringComparison.Ordinal)}"]);
            var alike = from other in others
                        let likeness = Suggestions.Score(entry.Marks, other.Value.Marks)
                        where likeness.IsWorthwhile
                        select new Suggestion(other.Value.RecordId, other.Value.Label, likeness.Value, likeness.Reasons);
            var reason = entry.Tombstone ? "not to be matched" : WhyNot(entry);
            return new UnmatchedRecord(
                entry.RecordId, entry.Label, reason, entry.SeenAt, entry.Tombstone, [.. exact.Concat(alike).DistinctBy(suggestion => suggestion.Id).OrderByDescending(suggestion => suggestion.Score).Take(MaxSuggestions)]);
        }
    }

    /// <summary>Why a record is not linked.</summary>
    internal static string WhyNot(IndexEntry entry) => entry.Reason ?? (entry.IsOlder ? "older than the flow" : "not linked");

    /// <summary>"Do not match": the record is neither linked nor created anywhere until a person takes that back.</summary>
    public async Task<ManualResult> DismissAsync(FlowKey flow, string kindName, Side side, string id, CancellationToken cancellation)
    {
        if (await contexts.LoadAsync(flow, cancellation) is not { } context || context.Pair.FindKind(kindName) is not { Parent: null } kind) return Unknown(kindName);
        var scope = context.Links(kind);
        var known = await FindAsync(scope, side, id, cancellation);
        if (known is { Value: { Link: null, Tombstone: true } }) return new ManualResult(true, null, "It is not to be matched.");
        if (known is { Value.Link: not null }) return new ManualResult(false, "already-linked", "The record is linked; unlink it first.");
        IndexWrite write;
        if (known is { } entry)
        {
            write = IndexWrite.Replace(entry, entry.Value with { Tombstone = true });
        }
        else
        {
            var read = await context.On(side).GetAsync(kind, id, cancellation);
            if (!read.TryGet(out var vendor, out var failure)) return new ManualResult(false, failure.Kind == FailureKind.NotFound ? "not-found" : "vendor-failure", failure.Message);
            var record = kind.Project(side, vendor, context.Settings);
            write = IndexWrite.Insert(new IndexEntry(side, id) { Tombstone = true, Label = record.Label, MatchKeys = Matching.Keys(kind, record), Marks = Marks.Of(record), SeenAt = time.GetUtcNow() });
        }

        return await StoreAsync(scope, write, "dismissed", "Not to be matched, by hand. It is neither linked nor created unless a person takes that back.", cancellation);
    }

    /// <summary>Back on the list.</summary>
    public async Task<ManualResult> TakeBackAsync(FlowKey flow, string kindName, Side side, string id, CancellationToken cancellation)
    {
        if (await contexts.LoadAsync(flow, cancellation) is not { } context || context.Pair.FindKind(kindName) is not { Parent: null } kind) return Unknown(kindName);
        var scope = context.Links(kind);
        return await FindAsync(scope, side, id, cancellation) is { Value: { Link: null, Tombstone: true } } entry
            ? await StoreAsync(scope, IndexWrite.Replace(entry, entry.Value with { Tombstone = false, IsOlder = true }), "offered-again", "It may be matched again, by hand; it waits on the list of unmatched records.", cancellation)
            : new ManualResult(false, "not-found", "The record is not among those that are not to be matched.");
    }

    private async Task<ManualResult> StoreAsync(LinkScope scope, IndexWrite write, string code, string text, CancellationToken cancellation)
    {
        if (!(await links.CommitAsync(scope, [new LinkUnit { Index = [write] }], cancellation))[0].Committed) return new ManualResult(false, "busy", "Somebody else is working on the same record; try again in a minute.");
        var entry = new LogEntry(time.GetUtcNow(), LogSeverity.Info, code, text) { Kind = scope.Kind, Side = write.Entry.Side, RecordId = write.Entry.RecordId, Label = write.Entry.Label };
        await log.AppendAsync(scope.Flow, [entry], cancellation);
        return new ManualResult(true, null, text);
    }

    private async Task<Versioned<IndexEntry>?> FindAsync(LinkScope scope, Side side, string id, CancellationToken cancellation) =>
        (await links.FindAsync(scope, side, [id], cancellation)).TryGetValue(id, out var entry) ? entry : null;

    private static ManualResult Unknown(string kind) => new(false, "unknown-kind", $"The pair has no kind {kind} that can be linked by hand.");
}
