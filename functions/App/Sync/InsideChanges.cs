using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>Finds the linked records of a batch whose insides (progress in projects) are to be synchronised too.</summary>
internal sealed class InsideChanges(LinkStore links)
{
    /// <summary>Linked records whose insides may have changed: what their own record shows of them differs, or does not show it.</summary>
    public async Task<List<LinkId>> FindAsync(WorkScope scope, IReadOnlyList<SyncCase> cases, List<LinkId> known, CancellationToken cancellation)
    {
        var found = new List<LinkId>();
        foreach (var inside in scope.Flow.Pair.Inside(scope.Kind))
        {
            var open = cases.Where(item => item.Link is { Value.State: LinkState.Active } link && !known.Contains(link.Value.Id) && !found.Contains(link.Value.Id)).ToList();
            if (open.Count == 0) continue;
            var own = await links.LoadAsync(scope.Flow.Links(inside), open.ConvertAll(item => item.Link!.Value.Value.Id), cancellation);
            found.AddRange(
                from item in open
                let id = item.Link!.Value.Value.Id
                where !own.TryGetValue(id, out var link) || item.Vendor.Any(record => MayDiffer(inside, scope.Settings, scope.Mode == RunMode.Comprehensive, link.Value.Bases, record.Key, record.Value))
                select id);
        }

        return found;
    }

    private static bool MayDiffer(KindMap inside, FlowSettings settings, bool isSweep, Bases bases, Side side, Record parent)
    {
        var seen = inside.Project(side, parent, settings);
        foreach (var field in inside.Fields.Where(field => settings.DirectionOf(inside, field) != Direction.Off))
        {
            // Where the side owns nothing of it there can only be an edit to put back: only a sweep spends a call for each parent on that.
            if (field.End(side).Name is { } name && !parent.Fields.ContainsKey(name) && (isSweep || FlowSettings.Allows(settings.DirectionOf(inside, field), side))) return true;
            if (seen.Fields.Find(field.Name) is { } value && (bases[side].Find(field.Name) is not { } agreed || !FieldMap.SameAsBase(value, agreed))) return true;
        }

        return false;
    }
}
