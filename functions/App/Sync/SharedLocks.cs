using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>
/// The loop lock across flows that share an account: what one flow wrote is, for the others, a change of that side. It counts like the
/// link's own lock; the later end wins. Flows without a window take no part.
/// </summary>
public sealed class SharedLocks(LockStore locks, TimeProvider time)
{
    /// <summary>Before planning: links whose record another flow wrote lately are locked by it, for this plan.</summary>
    internal async Task ApplyAsync(WorkScope scope, IReadOnlyList<SyncCase> cases, CancellationToken cancellation)
    {
        if (scope.Settings.LockWindow <= TimeSpan.Zero || scope.ByHand) return;
        var changed = cases.Where(item => item.Item is { Link: { State: LinkState.Active }, Left: Sight.Present, Right: Sight.Present }).ToList();
        if (changed.Count == 0) return;
        var now = time.GetUtcNow();
        foreach (var side in Sides.Both)
        {
            var found = await locks.FindAsync(scope.Flow.Key.Tenant, scope.Flow.Flow.ConnectionOn(side), scope.Kind.VendorKind(side), [.. changed.Select(item => item.Item.Link!.IdOn(side)!).Distinct()], cancellation);
            foreach (var item in changed)
            {
                var link = item.Item.Link!;
                if (!found.TryGetValue(link.IdOn(side)!, out var held) || held.Flow == scope.Flow.Key.Flow || held.Until <= now || link.Lock?.Until >= held.Until) continue;
                item.Item = item.Item with { Link = link with { Lock = new LoopLock(side, held.Until) } };
            }
        }
    }

    /// <summary>After changes were written: their targets, for the other flows.</summary>
    internal async Task NoteAsync(WorkScope scope, IEnumerable<Effect> written, CancellationToken cancellation)
    {
        var locked = from effect in written
                     where effect is { Failure: null, Action: SyncAction.Write } && !scope.ByHand
                     let set = effect.Case.Plan!.Actions.OfType<SyncAction.Lock>().FirstOrDefault()
                     where set is not null && set.Value.Source == effect.Target.Other()
                     select (effect.Link!, effect.Target, set.Value.Until);
        await PutAsync(scope, locked, cancellation);
    }

    /// <summary>Writes that were cut off may have been applied before the other flows were told.</summary>
    internal Task NoteCutOffAsync(WorkScope scope, IEnumerable<SyncCase> cases, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var locked = from link in cases.Select(item => item.Link?.Value).OfType<Link>()
                     where link is { Intent.Create: false, Lock: { } held } && held.Source != link.Intent.Target && held.Until > now
                     select (link, link.Intent!.Target, link.Lock!.Until);
        return PutAsync(scope, locked, cancellation);
    }

    /// <summary>A person ends them.</summary>
    internal async Task EndAsync(WorkScope scope, Link link, CancellationToken cancellation)
    {
        foreach (var side in Sides.Both)
        {
            if (link.IdOn(side) is { } id) await locks.RemoveAsync(scope.Flow.Key.Tenant, scope.Flow.Flow.ConnectionOn(side), scope.Kind.VendorKind(side), id, cancellation);
        }
    }

    private async Task PutAsync(WorkScope scope, IEnumerable<(Link Link, Side Target, DateTimeOffset Until)> locked, CancellationToken cancellation)
    {
        foreach (var side in locked.GroupBy(held => held.Target, held => new SharedLock(scope.Kind.VendorKind(held.Target), held.Link.IdOn(held.Target)!, scope.Flow.Key.Flow, held.Until)))
            await locks.PutAsync(scope.Flow.Key.Tenant, scope.Flow.Flow.ConnectionOn(side.Key), [.. side], cancellation);
    }
}
