using System.Collections.Concurrent;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>
/// The end of a batch that only plans: what would be done is kept page by page. Since nothing is linked meanwhile, each page takes
/// what earlier pages would have linked for linked: references to it are known, and it is neither planned nor matched again.
/// </summary>
internal sealed class DryRun(PlanStore plans)
{
    private const char Records = 'a';

    /// <summary>Of pages that were read: small, and kept only while it is asked for.</summary>
    private readonly ConcurrentDictionary<(FlowKey, RunId, string), IReadOnlyList<(Side Side, string Id, LinkId Link)>> _foreseen = [];

    /// <summary>Pages in the order of a run: by kind, first the records, then what is gone, then what lives inside.</summary>
    public static string PageOf(FlowContext flow, KindMap kind, char stage, string name) => $"{flow.Pair.Kinds.IndexOf(kind):D2}.{stage}{name}";

    /// <summary>An earlier write that is not settled yet: what a run would do depends on what became of it.</summary>
    public static IReadOnlyList<(SyncCase Case, DateTimeOffset Until)> TakeOutOpen(List<SyncCase> cases)
    {
        var open = cases.Where(item => item.Link?.Value is { Intent: not null } or { State: LinkState.Creating }).ToList();
        cases.RemoveAll(open.Contains);
        return open.ConvertAll(item => (item, item.Link!.Value.Value.Intent?.Until ?? DateTimeOffset.MinValue));
    }

    public async Task ForeseeAsync(WorkScope scope, List<SyncCase> cases, CancellationToken cancellation)
    {
        var own = await LinkedAsync(scope, scope.Kind, cancellation);
        cases.RemoveAll(item => item.Link is null && own.ContainsKey((item.Source, item.SourceId)));
        foreach (var item in cases.Where(item => !item.Item.Candidates.IsEmpty))
            item.Item = item.Item with { Candidates = [.. item.Item.Candidates.Where(candidate => !own.ContainsKey((item.Source.Other(), candidate.Id)))] };

        foreach (var field in scope.Kind.Fields.Where(field => field.Type == FieldType.Reference))
        {
            var linked = await LinkedAsync(scope, scope.Flow.Pair.Kind(field.References!), cancellation);
            if (linked.Count == 0) continue;
            foreach (var item in cases)
            {
                item.Item = item.Item with
                {
                    Left = Resolve(item.Item.Left, Side.Left),
                    Right = Resolve(item.Item.Right, Side.Right),
                    Candidates = [.. item.Item.Candidates.Select(candidate => Resolved(candidate, item.Source.Other()))],
                };
            }

            Sight Resolve(Sight sight, Side side) => sight is Sight.Present present ? present with { Record = Resolved(present.Record, side) } : sight;

            Record Resolved(Record record, Side side) =>
                record.Fields.Find(field.Name) is FieldValue.Reference reference && linked.TryGetValue((side, reference.RecordId), out var link)
                    ? record with { Fields = record.Fields.With(field.Name, new FieldValue.LinkedReference(link)) }
                    : record;
        }
    }

    public async Task<BatchOutcome> KeepAsync(
        WorkScope scope,
        List<SyncCase> cases,
        IReadOnlyList<(SyncCase Case, VendorFailure Failure)> failed,
        IReadOnlyList<(SyncCase Case, DateTimeOffset Until)> waiting,
        CancellationToken cancellation)
    {
        var lines = new List<PlanLine>();
        foreach (var item in cases)
        {
            var planned = PlanLines.Of(scope, item).ToList();
            lines.AddRange(planned);
            if (planned.Exists(line => line.Action is "link" or "create"))
                lines.AddRange(scope.Flow.Pair.Inside(scope.Kind).Select(inside => Line(item, "follow", $"The {inside.Name} of the two is compared as soon as they are linked.") with { Kind = inside.Name }));
        }

        lines.AddRange(failed.Select(pair => Line(pair.Case, "fail", pair.Failure.Message)));
        lines.AddRange(waiting.Select(pair => Line(pair.Case, "wait", "An earlier write of this record is settled first.")));
        await plans.PutPageAsync(scope.Flow.Key, scope.Run!.Value, scope.PlanPage, lines, cancellation);
        return new BatchOutcome(Count(scope, lines) with { Done = cases.Count + failed.Count + waiting.Count }, []);

        PlanLine Line(SyncCase item, string action, string reason) => new(scope.Kind.Name, item.Source, item.SourceId, item.Label, action, null, reason) { Link = item.Link?.Value.Id };
    }

    /// <summary>More would be archived or deleted at once than is done without a question.</summary>
    public Task RefuseAsync(WorkScope scope, IReadOnlyList<SourceRecord> gone, int total, CancellationToken cancellation) => plans.PutPageAsync(
        scope.Flow.Key,
        scope.Run!.Value,
        scope.PlanPage,
        [.. gone.Select(source => new PlanLine(scope.Kind.Name, source.Side, source.Id, source.Id, "ask", null, $"It is gone, as are {gone.Count} of {total} linked records: a person has to confirm that."))],
        cancellation);

    private static KindCounts Count(WorkScope scope, List<PlanLine> lines)
    {
        var counts = lines.Where(line => line.Kind == scope.Kind.Name).CountBy(line => line.Action).ToDictionary(count => count.Key, count => count.Value);
        return KindCounts.None with
        {
            Created = Of("create"),
            Updated = Of("update") + Of("delete"),
            Archived = Of("archive"),
            Linked = Of("link"),
            Conflicts = Of("conflict"),
            Held = Of("hold"),
            Parked = Of("wait"),
            Skipped = Of("skip") + Of("ask"),
            Failed = Of("fail"),
        };

        int Of(string action) => counts.GetValueOrDefault(action);
    }

    /// <summary>What the pages of a kind before this one would have linked, each under a link that stands for the one to come.</summary>
    private async Task<Dictionary<(Side Side, string Id), LinkId>> LinkedAsync(WorkScope scope, KindMap kind, CancellationToken cancellation)
    {
        var linked = new Dictionary<(Side, string), LinkId>();
        var (flow, run) = (scope.Flow.Key, scope.Run!.Value);
        await foreach (var page in plans.PagesAsync(flow, run, PageOf(scope.Flow, kind, Records, ""), cancellation))
        {
            if (string.CompareOrdinal(page, scope.PlanPage) >= 0) break;
            if (!_foreseen.TryGetValue((flow, run, page), out var foreseen)) _foreseen[(flow, run, page)] = foreseen = [.. (await plans.ReadAsync(flow, run, page, cancellation)).SelectMany(Linked)];
            foreach (var (side, id, link) in foreseen) linked[(side, id)] = link;
        }

        foreach (var old in _foreseen.Keys.Where(key => key.Item2 != run)) _foreseen.TryRemove(old, out _);
        return linked;
    }

    private static IEnumerable<(Side Side, string Id, LinkId Link)> Linked(PlanLine line)
    {
        switch (line.Action)
        {
            case "create":
                yield return (line.Side, line.RecordId, new LinkId($"{line.Kind} {line.Side} {line.RecordId}"));
                break;
            case "link":
                var link = new LinkId($"{line.Kind} {line.Side} {line.RecordId}");
                foreach (var (side, name) in new[] { (Side.Left, "leftId"), (Side.Right, "rightId") }) yield return (side, line.Fields.First(field => field.Name == name).After.ToString()!, link);
                break;
        }
    }
}
