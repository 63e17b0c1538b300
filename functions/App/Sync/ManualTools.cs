using System.Collections.Immutable;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <param name="Problem">A short code where it was not done.</param>
public sealed record ManualResult(bool Done, string? Problem, string Detail, LinkId? Link = null);

/// <summary>What a person does with single records: link, create in the other system, unlink. Works while the flow or the kind is off.</summary>
public sealed class ManualTools(FlowContexts contexts, BatchSync batches, LinkStore links, TimeProvider time, IntegrationLog log)
{
    public async Task<ManualResult> LinkAsync(FlowKey flow, string kind, string leftId, string rightId, CancellationToken cancellation)
    {
        if (await OpenAsync(flow, kind, cancellation) is not { } scope) return Unknown(kind);
        var left = await scope.Flow.Left.GetAsync(scope.Kind, leftId, cancellation);
        var right = await scope.Flow.Right.GetAsync(scope.Kind, rightId, cancellation);
        if (!left.TryGet(out var leftRecord, out var leftFailure)) return Refused(leftFailure);
        if (!right.TryGet(out var rightRecord, out var rightFailure)) return Refused(rightFailure);

        var (taken, busy, final) = (false, false, false);
        var (_, cases) = await batches.RunChosenAsync(scope, [new(Side.Left, leftId, leftRecord), new(Side.Right, rightId, rightRecord)], Joined, cancellation);
        return final ? Disconnected
            : busy ? Busy
            : taken ? new ManualResult(false, "already-linked", "One of the two is linked already; unlink it first.")
            : await ResultAsync(scope, cases, cancellation);

        List<SyncCase> Joined(List<SyncCase> loaded)
        {
            (taken, busy, final) = (!loaded.TrueForAll(IsFree), loaded.Exists(IsBeingMade), loaded.Exists(IsFinal));
            if (taken || final) return [];

            // Two that were unlinked from each other come as the one case of their old link. An open create ends with this, its link is used.
            var both = loaded[0];
            both.Link = loaded.Find(IsUnsettled)?.Link;
            both.Item = new PlanItem(null, loaded[0].Item.Left, loaded[^1].Item.Right);
            foreach (var (side, entry) in loaded[^1].Index) both.Index[side] = entry;
            return [both];
        }
    }

    public async Task<ManualResult> CreateCounterpartAsync(FlowKey flow, string kind, Side side, string recordId, CancellationToken cancellation)
    {
        if (await OpenAsync(flow, kind, cancellation) is not { } scope) return Unknown(kind);
        if (!FlowSettings.Allows(scope.Kind.NewRecords, side)) return new ManualResult(false, "not-in-this-direction", "Records of this kind are not created in this direction.");
        var read = await scope.Flow.On(side).GetAsync(scope.Kind, recordId, cancellation);
        if (!read.TryGet(out var record, out var failure)) return Refused(failure);

        var (taken, busy, final) = (false, false, false);
        var (_, cases) = await batches.RunChosenAsync(scope, [new(side, recordId, record)], Alone, cancellation);
        return final ? Disconnected : busy ? Busy : taken ? new ManualResult(false, "already-linked", "The record is linked already.") : await ResultAsync(scope, cases, cancellation);

        List<SyncCase> Alone(List<SyncCase> loaded)
        {
            (taken, busy, final) = (!loaded.TrueForAll(IsFree), loaded.Exists(IsBeingMade), loaded.Exists(IsFinal));
            if (taken || final) return [];
            var chosen = loaded[0].Item.RecordOn(side)! with { Block = null };
            var before = loaded[0].Link is { } known ? Consent.Of(scope.Kind, known.Value.Bases) : Bases.None;
            if (loaded[0].Link is { Value.State: LinkState.Tombstone }) loaded[0].Link = null;
            var sight = new Sight.Present(chosen, IsNew: true);
            loaded[0].Item = (side == Side.Left ? new PlanItem(null, sight, Sight.Unread) : new PlanItem(null, Sight.Unread, sight)) with { Before = before };
            return loaded;
        }
    }

    public async Task<ManualResult> UnlinkAsync(FlowKey flow, string kind, LinkId id, CancellationToken cancellation)
    {
        if (await OpenAsync(flow, kind, cancellation) is not { } scope) return Unknown(kind);
        if (!(await links.LoadAsync(scope.Links, [id], cancellation)).TryGetValue(id, out var link) || link.Value.State == LinkState.Tombstone) return new ManualResult(false, "not-found", "There is no such link.");
        if (link.Value.Intent?.IsOpen(time.GetUtcNow()) == true) return new ManualResult(false, "busy", "The record is being written; try again in a minute.");
        var index = ImmutableArray.CreateBuilder<IndexWrite>();
        foreach (var side in Sides.Both)
        {
            if (link.Value.IdOn(side) is not { } recordId) continue;
            foreach (var entry in (await links.FindAsync(scope.Links, side, [recordId], cancellation)).Values) index.Add(IndexWrite.Replace(entry, entry.Value with { Tombstone = true }));
        }

        var unit = new LinkUnit { Link = link.Value with { State = LinkState.Tombstone, Intent = null }, LinkETag = link.ETag, Index = index.ToImmutable(), ClosesCreate = CaseUnits.OpenOf(link.Value) };
        if (!(await links.CommitAsync(scope.Links, [unit], cancellation))[0].Committed) return new ManualResult(false, "busy", "The link changed at this moment; try again.");
        var ended = new LogEntry(time.GetUtcNow(), LogSeverity.Info, "unlinked", "Unlinked by hand. The two are not linked again unless a person does it.") { Kind = kind, LinkId = id };
        await log.AppendAsync(flow, [.. Story.OfUnsettled(link.Value, time.GetUtcNow()), ended], cancellation);
        return new ManualResult(true, null, "Unlinked.", id);
    }

    /// <summary>The tenant's settings with everything switched on that a person may do by hand.</summary>
    private async Task<WorkScope?> OpenAsync(FlowKey key, string kindName, CancellationToken cancellation)
    {
        if (await contexts.LoadAsync(key, cancellation) is not { } flow || flow.Pair.FindKind(kindName) is not { Parent: null } kind) return null;
        var byHand = flow.Settings.With(kind.Name, settings => settings with { Enabled = true, NewLeftToRight = true, NewRightToLeft = true, OnNoMatch = OnNoMatch.Create, OnAmbiguous = OnAmbiguous.Create });
        return new WorkScope(flow, kind, RunMode.Manual, null, 0) { Settings = byHand };
    }

    private bool IsFree(SyncCase item) => item.Link is null or { Value.State: LinkState.Tombstone } || IsUnsettled(item);

    /// <summary>A create whose outcome a person decides: none is under way any more.</summary>
    private bool IsUnsettled(SyncCase item) => item.Link is { Value: { State: LinkState.Creating } link } && link.Intent?.IsOpen(time.GetUtcNow()) != true;

    private bool IsBeingMade(SyncCase item) => item.Link is { Value.State: LinkState.Creating } && !IsUnsettled(item);

    private static bool IsFinal(SyncCase item) => item.Link is { Value: { State: LinkState.Tombstone, Final: true } };

    private async Task<ManualResult> ResultAsync(WorkScope scope, IReadOnlyList<SyncCase> cases, CancellationToken cancellation)
    {
        var done = cases.Count > 0 ? cases[0] : null;
        if (done?.IsContested == true) return Busy;
        if (done?.Link is not { Value: { State: LinkState.Active } link })
        {
            var why = done?.Plan?.Actions.Select(action => action switch
            {
                SyncAction.Skip skip => skip.Detail,
                SyncAction.Park park => $"Its {park.Field} is not linked yet.",
                _ => null,
            }).FirstOrDefault(detail => detail is not null);
            return new ManualResult(false, "not-done", why ?? "It could not be written; the integration log says why.");
        }

        foreach (var inside in scope.Flow.Pair.Inside(scope.Kind)) await batches.RunInsideAsync(scope with { Kind = inside }, [link.Id], cancellation);
        return new ManualResult(true, null, "Linked.", link.Id);
    }

    private static ManualResult Busy => new(false, "busy", "The record is being written at this moment; look at it again in a minute.");

    private static ManualResult Disconnected => new(false, "disconnected", "It was disconnected for good: nobody can link it again.");

    private static ManualResult Unknown(string kind) => new(false, "unknown-kind", $"The pair has no kind {kind} that can be linked by hand.");

    private static ManualResult Refused(VendorFailure failure) => new(false, failure.Kind == FailureKind.NotFound ? "not-found" : "vendor-failure", failure.Message);
}
