using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>What became of one record that a person synchronised.</summary>
/// <param name="Outcome">done, nothing (both sides agree), waiting (held, parked, a person decides, another worker), skipped, failed.</param>
/// <param name="Actions">What was planned for it, insides included.</param>
public sealed record RecordSyncResult(string Outcome, string Detail, LinkId? Link, IReadOnlyList<PlanLine> Actions)
{
    public ManualResult? Refusal { get; init; }

    /// <summary>What a vendor answered instead of doing what was asked of it.</summary>
    public VendorFailure? Failure { get; init; }

    /// <summary>What was planned for the record itself, round by round.</summary>
    public IReadOnlyList<ItemPlan> Plans { get; init; } = [];

    /// <summary>The record's link as it is now.</summary>
    public Link? Now { get; init; }

    /// <summary>Somebody else is at the record, so that what was planned was not done, or nothing could be planned.</summary>
    public bool IsBusy => Refusal is null && Failure is null && (Plans is [] || (Now?.State is not LinkState.Active && Plans[^1].Actions.Any(action => action is SyncAction.Create or SyncAction.Join)));
}

/// <summary>Synchronises single records in place, by the tenant's settings; also while the flow or the kind is off.</summary>
public sealed class RecordSync(FlowContexts contexts, BatchSync batches, LinkStore links, GoneCheck gone, TimeProvider time)
{
    /// <summary>A plan for both sides takes two rounds, and what a vendor gave back differently a third.</summary>
    private const int MostRounds = 3;

    /// <param name="made">The record, where it was made a moment ago: its vendor may not show it yet.</param>
    public async Task<RecordSyncResult> RunAsync(FlowKey flow, string kindName, Side side, string id, CancellationToken cancellation, Record? made = null)
    {
        if (await contexts.LoadAsync(flow, cancellation) is not { } context || context.Pair.FindKind(kindName) is not { } kind) return Refused("not-found", "The pair has no such kind.");
        var watch = new List<SyncCase>();
        var scope = new WorkScope(context, kind, RunMode.Manual, null, 0) { Settings = context.Settings.With(kind.Name, settings => settings with { Enabled = true }), Watch = watch };
        var (lines, plans) = (new List<PlanLine>(), new List<ItemPlan>());
        for (var round = 1; round <= MostRounds; round++)
        {
            watch.Clear();
            var refusal = kind.Parent is { } parent ? await RunInsideAsync(scope, parent, side, id, cancellation) : await RunOneAsync(scope, side, id, made, cancellation);
            if (refusal is not null) return refusal;
            lines.AddRange(watch.Where(item => item.Plan is not null).SelectMany(item => PlanLines.Of(scope, item)));
            plans.AddRange(watch.Select(item => item.Plan).OfType<ItemPlan>());
            if (watch.Exists(item => item.Failure is not null) || !await IsDueAgainAsync(scope, side, id, cancellation)) break;
        }

        return Tell(watch, lines) with { Failure = watch.LastOrDefault()?.Failure, Plans = plans, Now = watch.LastOrDefault()?.Link?.Value };
    }

    private async Task<RecordSyncResult?> RunOneAsync(WorkScope scope, Side side, string id, Record? made, CancellationToken cancellation)
    {
        // The rows, and what is known of it, before the record: what comes meanwhile stays.
        var work = (await links.FindWorkAsync(scope.Links, [(side, id)], cancellation)).Cast<Versioned<WorkItem>?>().FirstOrDefault();
        var entry = (await links.FindAsync(scope.Links, side, [id], cancellation)).TryGetValue(id, out var known) ? known : (Versioned<IndexEntry>?)null;
        var link = entry?.Value.Link is { } linkId && (await links.LoadAsync(scope.Links, [linkId], cancellation)).TryGetValue(linkId, out var found) ? found : (Versioned<Link>?)null;
        var read = await scope.Flow.On(side).GetAsync(scope.Kind, id, cancellation);
        if (read.Failure?.Kind == FailureKind.NotFound && made is not null) read = made;
        if (read.Value is { } record && record.Id != id) return await RunOneAsync(scope, side, record.Id, made, cancellation);
        var source = new SourceRecord(side, id, read.Value, work) { Entry = entry, Link = link };
        if (read.Failure is { } failure)
        {
            if (failure.Kind != FailureKind.NotFound) return Refused("vendor-failure", $"{scope.NameOf(side)}: {failure.Message}") with { Failure = failure };
            if (entry?.Value.Link is null) return Refused("not-found", $"{scope.NameOf(side)} has no such record.");
            if ((await gone.ConfirmAsync(scope, [source], [], cancellation)).Count == 0) return Refused("vendor-failure", $"{scope.NameOf(side)} does not find it, but neither does it find records that are known to be there.");
        }

        var outcome = await batches.RunAsync(scope, [source], cancellation);
        foreach (var inside in scope.Flow.Pair.Inside(scope.Kind).Where(_ => outcome.Parents.Count > 0)) await batches.RunInsideAsync(scope with { Kind = inside, Watch = null }, outcome.Parents, cancellation, read: outcome.Read);
        return null;
    }

    private async Task<RecordSyncResult?> RunInsideAsync(WorkScope scope, string parent, Side side, string id, CancellationToken cancellation)
    {
        var entries = await links.FindAsync(new LinkScope(scope.Flow.Key, parent), side, [id], cancellation);
        if (!entries.TryGetValue(id, out var entry) || entry.Value.Link is not { } link) return Refused("not-found", $"Its {parent} is not linked.");
        await batches.RunInsideAsync(scope, [link], cancellation);
        return null;
    }

    private async Task<bool> IsDueAgainAsync(WorkScope scope, Side side, string id, CancellationToken cancellation) =>
        (await links.FindWorkAsync(scope.Links, [(side, id)], cancellation)).Any(work => work.Value.Reason == WorkReason.Again && work.Value.DueAt <= time.GetUtcNow());

    private static RecordSyncResult Tell(List<SyncCase> watch, List<PlanLine> lines)
    {
        var last = watch.LastOrDefault();
        var link = last?.Link?.Value.Id;
        if (last?.Failure is { } failure) return new RecordSyncResult("failed", failure.Message, link, lines);
        if (last is null || last.Plan is null) return new RecordSyncResult("waiting", "An earlier write of the record may still be on its way.", link, lines);
        if (lines.FirstOrDefault(line => line.Action is "hold" or "wait" or "ask") is { } waits) return new RecordSyncResult("waiting", waits.Reason ?? "", link, lines);
        if (lines.Exists(line => line.Action is not "skip")) return new RecordSyncResult("done", string.Join(", ", lines.Where(line => line.Action is not "skip").Select(line => line.Action).Distinct()), link, lines);
        return lines is [var skipped, ..] ? new RecordSyncResult("skipped", skipped.Reason ?? "", link, lines) : new RecordSyncResult("nothing", "Both sides agree.", link, lines);
    }

    private static RecordSyncResult Refused(string problem, string detail) => new("failed", detail, null, []) { Refusal = new ManualResult(false, problem, detail) };
}
