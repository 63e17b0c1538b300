using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.App.Sync;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <summary>One link, with its state and why; of a project, what runs or waits for it.</summary>
public sealed class GetLink(Finder finder, LinkStore links, ProjectStore projects, RecordNames names, WorkViews views, TimeProvider time)
{
    [Function(nameof(GetLink))]
    [Needs(Role.Viewer)]
    [Answers(typeof(LinkStatusView))]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/tenants/{tenant}/flows/{flow}/links/{kind}/{link}")] HttpRequest request,
        string tenant,
        string flow,
        string kind,
        string link,
        CancellationToken cancellation)
    {
        var found = await finder.FlowAsync(tenant, flow, cancellation);
        if (found.Pair.FindKind(kind) is not { } map) throw ProblemException.NotFound("kind");
        var id = new LinkId(link);
        if (!(await links.LoadAsync(found.Links(map), [id], cancellation)).TryGetValue(id, out var stored)) throw ProblemException.NotFound("link");
        var run = LaneView.Of(Lane.Live, (await projects.GetAsync(found.Key, id.Project, cancellation))?.Value.Guard, time.GetUtcNow());
        var held = await LockRelease.HeldAsync(links, found.Links(map), stored.Value, cancellation);
        var known = await names.OfAsync(found.Key, stored.Value, cancellation);
        return Json.Ok(LinkStatusView.Of(stored.Value, [run]) with { LeftName = known[Side.Left], RightName = known[Side.Right], Held = await views.OfAsync(found.Key, held.Select(row => row.Value), cancellation) });
    }
}
