using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>Ends the loop lock of a link before its time: what it holds is planned at once.</summary>
public sealed class LockRelease(FlowContexts contexts, LinkStore links, WorkList work, SharedLocks shared, IntegrationLog log, TimeProvider time)
{
    public async Task<ManualResult> RunAsync(FlowKey flow, string kind, LinkId id, CancellationToken cancellation)
    {
        if (await contexts.LoadAsync(flow, cancellation) is not { } context || context.Pair.FindKind(kind) is not { } map) return Unknown;
        var scope = new WorkScope(context, map, RunMode.Manual, null, 0);
        if (!(await links.LoadAsync(scope.Links, [id], cancellation)).TryGetValue(id, out var found) || found.Value.State == LinkState.Tombstone) return Unknown;
        if (found.Value.Lock is not null && !(await links.CommitAsync(scope.Links, [new LinkUnit { Link = found.Value with { Lock = null }, LinkETag = found.ETag }], cancellation))[0].Committed)
            return new ManualResult(false, "busy", "The link changed at this moment; try again.");
        await shared.EndAsync(scope, found.Value, cancellation);

        var held = await HeldAsync(links, scope.Links, found.Value, cancellation);
        await work.CommitAsync(scope, [.. held.Select(row => new LinkUnit { DoneWork = [row], PutWork = [row.Value with { DueAt = time.GetUtcNow() }] })], cancellation);
        var told = held.Count == 0 ? "The loop lock was released by hand; it held nothing." : "The loop lock was released by hand; what it held is planned now.";
        await log.AppendAsync(flow, [new LogEntry(time.GetUtcNow(), LogSeverity.Info, "lock-released", told) { Kind = kind, LinkId = id, RecordId = found.Value.LeftId, Side = Side.Left }], cancellation);
        return new ManualResult(true, null, told, id);
    }

    /// <summary>The changes that the link's lock holds.</summary>
    public static async Task<IReadOnlyList<Versioned<WorkItem>>> HeldAsync(LinkStore links, LinkScope scope, Link link, CancellationToken cancellation)
    {
        var records = Sides.Both.Where(side => link.IdOn(side) is not null).Select(side => (side, link.IdOn(side)!)).ToList();
        return [.. (await links.FindWorkAsync(scope, records, cancellation)).Where(row => row.Value.Reason == WorkReason.Held)];
    }

    private static ManualResult Unknown => new(false, "not-found", "There is no such link.");
}
