using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.App.Sync;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <summary>Switches a project on again, whatever switched it off; a comprehensive run follows. One that is archived on the right has to be active there first.</summary>
public sealed class EnableProject(Finder finder, FlowContexts contexts, LinkStore links, LinkControl control, TimeProvider time)
{
    [Function(nameof(EnableProject))]
    [Needs(Role.Member, Act.Projects)]
    [Answers(typeof(ProjectView))]
    [Refuses("cannot-enable", "cannot-link", "changed-meanwhile", "disconnected", "vendor-refused", "vendor-unavailable")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "manage/v1/tenants/{tenant}/flows/{flow}/projects/{link}/enable")] HttpRequest request,
        string tenant,
        string flow,
        string link,
        CancellationToken cancellation)
    {
        var found = await finder.ProjectAsync(tenant, flow, link, cancellation);
        if (found.Project.Facts.Final) throw new ProblemException(ProblemType.Disconnected, "The project was disconnected for good.");
        var stored = await links.LoadAsync(found.Scope, [found.Link], cancellation);
        if (stored.TryGetValue(found.Link, out var own) && own.Value is { State: LinkState.Paused or LinkState.Quarantined, RightId: { } id }) await RequireActiveAsync(found, id, cancellation);
        (await control.ResumeAsync(found.Scope, found.Link, found.Flow.Pair.Inside(found.Kind), cancellation, hasParts: true)).Require();
        return Json.Ok((await finder.ProjectAsync(tenant, flow, link, cancellation)).View(time.GetUtcNow()));
    }

    private async Task RequireActiveAsync(FoundProject project, string id, CancellationToken cancellation)
    {
        var context = await contexts.LoadAsync(project.Flow.Key, cancellation) ?? throw ProblemException.NotFound("flow");
        var (right, system) = (context.For(project.Link).Right, context.Right.Connector.Catalog);
        if (!(await right.GetAsync(project.Kind, id, cancellation)).TryGet(out var vendor, out var failure))
            throw failure.Kind == FailureKind.NotFound ? new ProblemException(ProblemType.CannotEnable, $"{system.DisplayName} has no such project any more.") : VendorProblem.Of(system, failure);
        if (project.Kind.Project(Side.Right, vendor, context.Settings).IsArchived) throw new ProblemException(ProblemType.CannotEnable, $"The project is archived in {system.DisplayName}: make it active there first.");
    }
}
