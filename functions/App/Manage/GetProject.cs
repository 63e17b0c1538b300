using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Connections;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <summary>One of the two records of a project.</summary>
/// <param name="Page">Where people see it in its system; null where that is not known.</param>
public sealed record ProjectSide(string System, string? Id, string Name, Uri? Page);

/// <summary>The work type of a project's time.</summary>
/// <param name="Name">Null where nobody has told its name yet.</param>
public sealed record ProjectWorkType(string? Id, string? Name)
{
    /// <summary>The project has none of its own.</summary>
    public static readonly ProjectWorkType Default = new(null, "enterprise default");
}

/// <summary>What of a kind is inside a project.</summary>
/// <param name="Waiting">Rows of the work list.</param>
public sealed record ProjectPart(string Kind, int Linked, int Waiting);

/// <param name="WhyNot">Why it is not synchronised; null where it is.</param>
/// <param name="CoolsDownUntil">A run begins no earlier, since the last was just now; null: it may at once. Changes of single records do not wait.</param>
/// <param name="Waiting">What is still to be done for the project and inside it, and why.</param>
public sealed record ProjectPanel(
    ProjectView Project,
    bool Synced,
    string? WhyNot,
    ProjectSide Left,
    ProjectSide Right,
    ProjectWorkType WorkType,
    DateTimeOffset? LastDeltaAt,
    DateTimeOffset? LastComprehensiveAt,
    DateTimeOffset? NextComprehensiveAt,
    DateTimeOffset? CoolsDownUntil,
    int CoolDownSeconds,
    IReadOnlyList<ProjectPart> Inside,
    IReadOnlyList<WorkView> Waiting);

/// <summary>All that is known of one project.</summary>
public sealed class GetProject(Finder finder, LinkStore links, ConnectionStore connections, Systems systems, SystemSettings settings, WorkViews views, TimeProvider time)
{
    /// <summary>More of a kind are not shown: the list of work has them.</summary>
    private const int ShownWork = 100;

    [Function(nameof(GetProject))]
    [Needs(Role.Viewer)]
    [Answers(typeof(ProjectPanel))]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/tenants/{tenant}/flows/{flow}/projects/{link}")] HttpRequest request,
        string tenant,
        string flow,
        string link,
        CancellationToken cancellation)
    {
        var found = await finder.ProjectAsync(tenant, flow, link, cancellation);
        var now = time.GetUtcNow();
        var view = found.View(now);
        var (project, facts) = (found.Project, found.Project.Facts);
        var (of, chosen) = (found.Flow.Flow, found.Flow.Flow.Settings);
        var parts = Task.WhenAll(found.Flow.Pair.PartsOf(found.Kind).Select(kind => PartAsync(found, kind, cancellation)));
        var own = links.WorkInsideAsync(found.Scope, found.Link, ShownWork, cancellation);
        var sides = Task.WhenAll(Sides.Both.Select(side => SideAsync(found, side, cancellation)));
        var workType = await WorkTypeAsync(found, cancellation);
        return Json.Ok(new ProjectPanel(
            view,
            view.Enabled && of.Enabled,
            view.Enabled ? of.Enabled ? null : "The integration is switched off." : facts.Reason ?? "It is switched off.",
            (await sides)[0],
            (await sides)[1],
            workType,
            project.DeltaAt,
            project.ComprehensiveAt,
            view.Enabled && of.Enabled ? SweepPlan.NextAt(chosen.SweepEvery, of.WentLiveAt, of.SweptAt, of.SweepNotBefore) : null,
            ProjectView.CoolsDownUntil(project, now),
            (int)chosen.CoolDown.TotalSeconds,
            [.. (await parts).Select(part => part.Part)],
            await views.OfAsync(found.Flow.Key, (await own).Select(row => row.Value).Concat((await parts).SelectMany(part => part.Work)), cancellation)));
    }

    private async Task<(ProjectPart Part, IEnumerable<WorkItem> Work)> PartAsync(FoundProject project, KindMap kind, CancellationToken cancellation)
    {
        var scope = project.Flow.Links(kind);
        var linked = links.CountInsideAsync(scope, project.Link, cancellation);
        var work = await links.WorkInsideAsync(scope, project.Link, ShownWork, cancellation);
        return (new ProjectPart(kind.Name, await linked, work.Count), work.Select(row => row.Value));
    }

    private async Task<ProjectSide> SideAsync(FoundProject project, Side side, CancellationToken cancellation)
    {
        var (facts, system) = (project.Project.Facts, project.Flow.Pair.System(side));
        var (id, name) = side == Side.Left ? (facts.LeftId, facts.LeftName) : (facts.RightId, facts.Name);
        var page = id is not null && systems.Find(system)?.Catalog is { } catalog && await connections.GetAsync(project.Flow.Key.Tenant, project.Flow.Flow.ConnectionOn(side), cancellation) is { } connection
            ? catalog.RecordPage(settings.Of(catalog, connection.Value), project.Kind.VendorKind(side), id)
            : null;
        return new ProjectSide(system, id, name, page);
    }

    private async Task<ProjectWorkType> WorkTypeAsync(FoundProject project, CancellationToken cancellation)
    {
        if (project.Kind.Listed is not { } listed || project.Project.Facts.WorkType is not { } id) return ProjectWorkType.Default;
        var known = await links.FindAsync(new LinkScope(project.Flow.Key, listed.WorkTypes), Side.Right, [id], cancellation);
        return new ProjectWorkType(id, known.TryGetValue(id, out var entry) && entry.Value.Label.Length > 0 ? entry.Value.Label : null);
    }
}
