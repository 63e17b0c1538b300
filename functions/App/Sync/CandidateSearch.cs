using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>Finds the unlinked records of the other side that share a match key with an unlinked one: in the batch, seen before, or at the vendor.</summary>
internal sealed class CandidateSearch(LinkStore links, References references)
{
    /// <returns>Cases whose candidates could not be read: to go on without them would create what is there already.</returns>
    public async Task<List<(SyncCase Case, VendorFailure Failure)>> RunAsync(WorkScope scope, List<SyncCase> cases, CancellationToken cancellation)
    {
        var failed = new List<(SyncCase Case, VendorFailure Failure)>();
        foreach (var side in Sides.Both)
        {
            var unlinked = cases.Where(item => item is { Link: null, Item.IsTombstone: false } && item.Item.On(side) is Sight.Present && item.Item.On(side.Other()) is Sight.NotRead).ToList();
            var keys = unlinked.SelectMany(item => Matching.Keys(scope.Kind, item.Item.RecordOn(side)!)).Distinct().ToList();
            if (keys.Count == 0) continue;
            var known = await links.FindByKeysAsync(scope.Links, side.Other(), keys, cancellation);
            var here = (from item in cases
                        where item is { Link: null, Item.IsTombstone: false }
                        let record = item.Item.RecordOn(side.Other())
                        where record is not null
                        from key in Matching.Keys(scope.Kind, record)
                        select (key, record)).ToLookup(pair => pair.key, pair => pair.record);
            await Concurrent.ForEachAsync(unlinked, BatchSync.ReadsAtOnce, async (item, token) =>
            {
                if (await FindAsync(scope, side, item, here, known, token) is not { } failure) return;
                lock (failed) failed.Add((item, failure));
            }, cancellation);
        }

        foreach (var (item, _) in failed) cases.Remove(item);
        return failed;
    }

    private async Task<VendorFailure?> FindAsync(
        WorkScope scope, Side side, SyncCase item, ILookup<string, Record> here, IReadOnlyDictionary<string, IReadOnlyList<Versioned<IndexEntry>>> known, CancellationToken cancellation)
    {
        var other = scope.Flow.On(side.Other());
        var found = new Dictionary<string, Record>();
        foreach (var key in Matching.Keys(scope.Kind, item.Item.RecordOn(side)!))
        {
            foreach (var record in here[key]) found[record.Id] = record;
            foreach (var entry in known.TryGetValue(key, out var entries) ? entries : [])
            {
                if (found.ContainsKey(entry.Value.RecordId)) continue;
                var result = await other.GetAsync(scope.Kind, entry.Value.RecordId, cancellation);
                if (result.TryGet(out var vendor, out var failure)) found[vendor.Id] = scope.Kind.Project(side.Other(), vendor, scope.Settings);
                else if (failure.Kind != FailureKind.NotFound) return failure;
            }
        }

        if (found.Count == 0 && IsLimited(scope, side.Other()) && item.Item.On(side) is Sight.Present { IsNew: true } seen && await SearchAsync(scope, side.Other(), seen.Record, found, cancellation) is { } refused) return refused;
        var candidates = await references.ResolveAsync(scope, side.Other(), found.Values.ToList(), cancellation);
        item.Item = item.Item with { Candidates = [.. candidates.OrderBy(candidate => candidate.Id, StringComparer.Ordinal)] };
        return null;
    }

    /// <summary>Whether a filter hides records of a side from our lists, or nobody reads those lists at all, so that one that is there may never have been seen.</summary>
    private static bool IsLimited(WorkScope scope, Side side) =>
        (scope.Settings.Kind(scope.Kind.Name).Filters.Any(filter => filter.Side == side) || !scope.Flow.Listens(scope.Kind, side)) && scope.Flow.On(side).Connector.Catalog.Kind(scope.Kind.VendorKind(side)).CanSearch;

    /// <summary>The wider search: who is outside the saved list is not to be doubled.</summary>
    private async Task<VendorFailure?> SearchAsync(WorkScope scope, Side side, Record record, Dictionary<string, Record> found, CancellationToken cancellation)
    {
        foreach (var rule in scope.Kind.MatchRules)
        {
            if (WhereOf(scope, side, rule, record) is not { } where) continue;
            var result = await scope.Flow.On(side).ListAsync(scope.Kind, new ListRequest(Where: where), cancellation);
            if (!result.TryGet(out var page, out var failure)) return failure;
            var taken = await links.FindAsync(scope.Links, side, [.. page.Records.Select(match => match.Id).Distinct()], cancellation);
            foreach (var match in page.Records.Where(match => !taken.TryGetValue(match.Id, out var entry) || entry.Value is { Link: null, Tombstone: false })) found[match.Id] = scope.Kind.Project(side, match, scope.Settings);
            if (found.Count > 0) return null;
        }

        return null;
    }

    /// <summary>By what a vendor is searched for the records that a rule finds; null where it cannot be.</summary>
    internal static FieldSet? WhereOf(WorkScope scope, Side side, MatchRule rule, Record record)
    {
        var fields = FieldSet.Empty;
        foreach (var name in rule.Fields)
        {
            if (record.Fields.Find(name) is not { IsBlank: false } value || scope.Kind.Field(name) is { Type: FieldType.Reference } || scope.Kind.Field(name).End(side).Name is null) return null;
            fields = fields.With(name, value);
        }

        return scope.Kind.Express(side, fields, scope.Settings);
    }
}
