using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>
/// Whose project a part is of. What is inside a project that is not linked, or that rests, is left alone: once the project is linked, or
/// resumed, all of it is looked at.
/// </summary>
internal sealed class PartHolders(LinkStore links)
{
    /// <summary>Tells the cases their project.</summary>
    /// <returns>Those that are not linked and are left alone; they are no longer in the list.</returns>
    public async Task<List<SyncCase>> SortAsync(WorkScope scope, List<SyncCase> cases, CancellationToken cancellation)
    {
        if (scope.Kind.PartOf is not { } projectKind || cases.Count == 0) return [];
        foreach (var item in cases) item.Project = scope.Project ?? Holder(scope, item) ?? item.Link?.Value.Id.Project;

        // A run of a project has looked at its link just now.
        if (scope.Project is not null) return [];
        foreach (var item in cases.Where(item => item.Project is null)) item.Project = await AskAsync(scope, projectKind, item, cancellation);
        return await TakeOutAsync(scope, projectKind, cases, item => item.Link is null, cancellation);
    }

    /// <summary>Linked parts with something to be done, of projects that rest: looked for only now, since most of what comes is an echo.</summary>
    /// <returns>Those that are left alone; they are no longer in the list.</returns>
    public async Task<List<SyncCase>> TakeOutRestingAsync(WorkScope scope, List<SyncCase> cases, CancellationToken cancellation) =>
        scope.Kind.PartOf is not { } projectKind || scope.Project is not null || scope.Mode == RunMode.Manual
            ? []
            : await TakeOutAsync(scope, projectKind, cases, item => item.Link is not null && !item.Plan!.IsNothing, cancellation);

    private async Task<List<SyncCase>> TakeOutAsync(WorkScope scope, string projectKind, List<SyncCase> cases, Func<SyncCase, bool> isAsked, CancellationToken cancellation)
    {
        var asked = cases.Where(isAsked).ToList();
        if (asked.Count == 0) return [];
        var projects = await links.LoadAsync(new LinkScope(scope.Flow.Key, projectKind), [.. asked.Select(item => item.Project).OfType<LinkId>().Distinct()], cancellation);
        var left = asked.FindAll(item => item.Project is not { } project || !projects.TryGetValue(project, out var link) || link.Value.State != LinkState.Active);
        cases.RemoveAll(left.Contains);
        return left;
    }

    private static LinkId? Holder(WorkScope scope, SyncCase item) =>
        item.Item.RecordOn(item.Source)?.Fields.Find(scope.Kind.HeldBy!) is FieldValue.LinkedReference holder ? holder.Link.Project : null;

    /// <summary>It is held by another part (a ticket) that is not linked itself: that one's vendor knows the project.</summary>
    private async Task<LinkId?> AskAsync(WorkScope scope, string projectKind, SyncCase item, CancellationToken cancellation)
    {
        var field = scope.Kind.Field(scope.Kind.HeldBy!);
        if (field.References == projectKind || item.Item.RecordOn(item.Source)?.Fields.Find(field.Name) is not FieldValue.Reference reference) return null;
        var holder = scope.Flow.Pair.Kind(field.References!);
        if (!(await scope.Flow.On(item.Source).GetAsync(holder, reference.RecordId, cancellation)).TryGet(out var vendor, out _)) return null;
        if (holder.Project(item.Source, vendor, scope.Settings).Fields.Find(holder.HeldBy!) is not FieldValue.Reference project) return null;
        var known = await links.FindAsync(new LinkScope(scope.Flow.Key, projectKind), item.Source, [project.RecordId], cancellation);
        return known.TryGetValue(project.RecordId, out var entry) ? entry.Value.Link : null;
    }
}
