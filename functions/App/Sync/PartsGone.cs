using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>Finds deletions inside a project: linked records that its lists, read to the end on both sides, did not show, and that their vendor does not find.</summary>
public sealed class PartsGone(BatchSync batches, GoneCheck check, LinkStore links, Brakes brakes)
{
    /// <param name="seen">The ids that each side has just listed.</param>
    public async Task<KindCounts> RunAsync(WorkScope scope, IReadOnlyDictionary<Side, HashSet<string>> seen, CancellationToken cancellation)
    {
        var linked = await links.InsideAsync(scope.Links, scope.Project!.Value, cancellation);
        var missing = (from link in linked
                       where link.Value.State == LinkState.Active
                       from side in Sides.Both
                       let id = link.Value.IdOn(side)
                       where id is not null && !seen[side].Contains(id)
                       select (Source: new SourceRecord(side, id, null), Link: link.Value.Id)).ToList();
        if (missing.Count == 0) return KindCounts.None;
        var gone = await check.FindAsync(scope, missing.ConvertAll(item => item.Source), seen, cancellation);
        if (gone.Count == 0) return KindCounts.None;

        // All at once, so that the first hundred are not deleted before the brake sees the rest.
        var policy = scope.Settings.Kind(scope.Kind.Name).WhenGone ?? scope.Kind.WhenGone;
        if (policy is LifecyclePolicy.Archive or LifecyclePolicy.Delete && scope.Mode != RunMode.DryRun)
            await brakes.MayAsync(scope, [.. missing.Where(item => gone.Any(source => source.Side == item.Source.Side && source.Id == item.Source.Id)).Select(item => item.Link).Distinct()], cancellation);
        return (await batches.RunAsync(scope, gone, cancellation)).Counts with { Done = 0 };
    }
}
