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

/// <summary>Lets a paused or quarantined link go on; what changed meanwhile is planned at once.</summary>
public sealed class ResumeLink(Finder finder, LinkControl control)
{
    [Function(nameof(ResumeLink))]
    [Needs(Role.Member, Act.Records)]
    [Answers(typeof(ManualDone))]
    [Refuses("cannot-link", "changed-meanwhile", "vendor-refused")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "manage/v1/tenants/{tenant}/flows/{flow}/links/{kind}/{link}/resume")] HttpRequest request,
        string tenant,
        string flow,
        string kind,
        string link,
        CancellationToken cancellation)
    {
        var found = await finder.FlowAsync(tenant, flow, cancellation);
        if (found.Pair.FindKind(kind) is not { Parent: null } map) throw ProblemException.NotFound("kind");
        return Json.Ok((await control.ResumeAsync(found.Links(map), new LinkId(link), found.Pair.Inside(map), cancellation, found.Pair.PartsOf(map).Any())).Require());
    }
}
