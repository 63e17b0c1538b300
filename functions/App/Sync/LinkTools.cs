using System.Collections.Immutable;
using System.Text.Json.Serialization;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

[JsonConverter(typeof(JsonStringEnumConverter<PushDirection>))]
public enum PushDirection
{
    LeftToRight,
    RightToLeft,
}

/// <param name="Refused">Fields that cannot be pushed like that, and why: then nothing was written.</param>
public sealed record PushResult(ManualResult Result, ImmutableArray<(string Field, string Why)> Refused, Differences? After)
{
    public static PushResult Not(string problem, string detail) => new(new ManualResult(false, problem, detail), [], null);
}

/// <summary>What a person sees of one link's records, and writes between them. Works while the flow or the kind is off.</summary>
public sealed class LinkTools(FlowContexts contexts, BatchSync batches, LinkStore links, WorkList work, ConflictStore conflicts, IntegrationLog log, TimeProvider time)
{
    private static readonly TimeSpan Later = TimeSpan.FromMinutes(1);

    private readonly LinkReader _reader = new(links, log, time);

    /// <summary>Both sides, read now. Nothing is written anywhere.</summary>
    public async Task<(ManualResult Result, Differences? Found)> DifferencesAsync(FlowKey flow, string kind, LinkId link, CancellationToken cancellation)
    {
        if (await OpenAsync(flow, kind, cancellation) is not { } scope) return (NoLink, null);
        if (await _reader.ReadAsync(scope, link, settle: false, cancellation) is not { Case.Link.Value.State: not LinkState.Tombstone } read) return (NoLink, null);
        if (read.Failure is { } failure) return (Unread(scope, read.FailedSide!.Value, failure), null);
        return (new ManualResult(true, null, "", link), Compare(scope, read));
    }

    /// <summary>Pushes the chosen fields, both directions in one call: past blank policies, holds and locks.</summary>
    public Task<PushResult> PushAsync(FlowKey flow, string kind, LinkId link, IReadOnlyDictionary<string, PushDirection> fields, CancellationToken cancellation) =>
        WriteAsync(flow, kind, link, "Pushed by hand", (scope, item) =>
            from chosen in fields
            let target = chosen.Value == PushDirection.LeftToRight ? Side.Right : Side.Left
            let field = scope.Kind.Fields.FirstOrDefault(field => field.Name == chosen.Key)
            select (chosen.Key, field, field is null ? FieldValue.None : Pushing.ValueOn(item, field, target.Other()), (IReadOnlyList<Side>)[target]), cancellation);

    /// <summary>Makes the value that lost a conflict the value of both sides.</summary>
    /// <param name="by">Who did it, for the record.</param>
    public async Task<PushResult> RestoreAsync(FlowKey flow, ConflictId id, string? by, CancellationToken cancellation)
    {
        if (await conflicts.GetAsync(flow, id, cancellation) is not { } found) return PushResult.Not("not-found", "There is no such conflict.");
        var conflict = found.Value;
        if (conflict.RestoredAt is { } at) return PushResult.Not("already-restored", $"The value was restored at {at:u}{(conflict.RestoredBy is { } who ? $" by {who}" : "")}.");
        if (conflict.Link is not { } link) return PushResult.Not("not-found", "The two records are not linked.");
        var result = await WriteAsync(flow, conflict.Kind, link, "Restored by hand", (scope, _) =>
            [(conflict.Field, scope.Kind.Fields.FirstOrDefault(field => field.Name == conflict.Field), conflict.Loser, (IReadOnlyList<Side>)[.. Sides.Both])], cancellation);
        if (!result.Result.Done) return result;

        // Somebody who restored it at the same moment wrote the same value.
        return await conflicts.MarkAsync(flow, found with { Value = conflict with { RestoredAt = time.GetUtcNow(), RestoredBy = by } }, cancellation)
            ? result
            : PushResult.Not("already-restored", "Somebody else restored it at the same time.");
    }

    private async Task<PushResult> WriteAsync(
        FlowKey flow,
        string kind,
        LinkId link,
        string how,
        Func<WorkScope, SyncCase, IEnumerable<(string Name, FieldMap? Field, FieldValue Value, IReadOnlyList<Side> Targets)>> choose,
        CancellationToken cancellation)
    {
        if (await OpenAsync(flow, kind, cancellation) is not { } scope) return new PushResult(NoLink, [], null);
        scope = scope with { ByHand = true };
        if (await _reader.ReadAsync(scope, link, settle: true, cancellation) is not { Case.Link.Value.State: not LinkState.Tombstone } read) return new PushResult(NoLink, [], null);
        if (read.IsBusy) return PushResult.Not("busy", "The record is being written; try again in a minute.");
        if (read.Failure is { } unread) return new PushResult(Unread(scope, read.FailedSide!.Value, unread), [], null);

        var item = read.Case;
        var chosen = choose(scope, item).ToList();
        var refused = from choice in chosen
                      let why = choice.Field is null ? "The kind has no such field." : choice.Targets.Select(target => Pushing.WhyNot(scope, item, choice.Field, target, choice.Value)).FirstOrDefault(why => why is not null)
                      where why is not null
                      select (choice.Name, why);
        if (refused.ToImmutableArray() is { IsEmpty: false } wrong) return new PushResult(new ManualResult(false, "not-writable", wrong[0].why), wrong, null);

        var written = new List<string>();
        var plans = Pushing.Plan(scope.Kind, item, chosen.Select(choice => (choice.Field!, choice.Value, choice.Targets)));

        // Where both sides are to be written and this ends in between, the two do not stay different.
        if (plans.Count(plan => plan.HasEffects) > 1) await work.CommitAsync(scope, [new LinkUnit { PutWork = [Again(scope, item)] }], cancellation);
        foreach (var plan in plans)
        {
            item.Plan = plan with { Item = item.Item };
            var outcome = await batches.ApplyChosenAsync(scope, item, cancellation);
            if (!plan.HasEffects) continue;
            var target = plan.Actions.OfType<SyncAction.Write>().First().Target;
            if (outcome.Counts is { Updated: 0, Archived: 0 }) return Stopped(scope, item, target, written);
            written.Add($"{string.Join(", ", plan.Actions.OfType<SyncAction.Write>().First().Fields.Keys)} to {scope.NameOf(target)}");
        }

        await PlanHeldAgainAsync(scope, item, cancellation);
        var told = written.Count == 0 ? $"{how}: both sides had the same values already." : $"{how}: {string.Join("; ", written)}.";
        await log.AppendAsync(flow, [Story.Of(scope, item, time.GetUtcNow(), LogSeverity.Info, "pushed", told)], cancellation);
        var after = await _reader.ReadAsync(scope, link, settle: false, cancellation);
        return new PushResult(new ManualResult(true, null, told, link), [], after is { Failure: null } ? Compare(scope, after) : null);
    }

    private WorkItem Again(WorkScope scope, SyncCase item)
    {
        var (link, now) = (item.Link!.Value.Value, time.GetUtcNow());
        return new WorkItem(scope.Kind.Name, Side.Left, link.LeftId!, WorkReason.Again, now + Later) { FirstAt = now, Link = link.Id, Detail = "Somebody wrote to both sides by hand." };
    }

    private static PushResult Stopped(WorkScope scope, SyncCase item, Side target, List<string> written)
    {
        var done = written.Count == 0 ? "Nothing was written." : $"Written before: {string.Join("; ", written)}.";
        return item.Failure is { } failure
            ? PushResult.Not("vendor-failure", $"{scope.NameOf(target)}: {failure.Message} {done}")
            : PushResult.Not("busy", $"Somebody else is working on the same record; try again in a minute. {done}");
    }

    /// <summary>What was held may be settled now: it is planned again at once, and held again if it is not.</summary>
    private async Task PlanHeldAgainAsync(WorkScope scope, SyncCase item, CancellationToken cancellation)
    {
        var held = await LockRelease.HeldAsync(links, scope.Links, item.Link!.Value.Value, cancellation);
        await work.PutAsync(scope.Links, [.. held.Select(row => row.Value with { DueAt = time.GetUtcNow() })], cancellation);
    }

    private Differences Compare(WorkScope scope, LinkRead read)
    {
        read.Case.Plan = SyncPlanner.PlanOne(scope.Kind, scope.Settings, read.Case.Item with { Link = read.Case.Link?.Value }, time.GetUtcNow());
        return Differences.Of(scope, read);
    }

    private async Task<WorkScope?> OpenAsync(FlowKey key, string kindName, CancellationToken cancellation) =>
        await contexts.LoadAsync(key, cancellation) is { } flow && flow.Pair.FindKind(kindName) is { } kind ? new WorkScope(flow, kind, RunMode.Manual, null, 0) : null;

    private static ManualResult NoLink => new(false, "not-found", "There is no such link.");

    private static ManualResult Unread(WorkScope scope, Side side, VendorFailure failure) => new(false, "vendor-failure", $"{scope.NameOf(side)}: {failure.Message}");
}
