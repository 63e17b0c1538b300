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

/// <summary>Lets a link rest: changes of its two records do not flow.</summary>
public sealed class PauseLink(Finder finder, LinkControl control)
{
    [Function(nameof(PauseLink))]
    [Needs(Role.Member, Act.Records)]
    [Answers(typeof(ManualDone))]
    [Refuses("cannot-link", "changed-meanwhile", "vendor-refused")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "manage/v1/tenants/{tenant}/flows/{flow}/links/{kind}/{link}/pause")] HttpRequest request,
        string tenant,
        string flow,
        string kind,
        string link,
        CancellationToken cancellation)
    {
        var found = await finder.FlowAsync(tenant, flow, cancellation);
        if (found.Pair.FindKind(kind) is not { Parent: null } map) throw ProblemException.NotFound("kind");
        return Json.Ok((await control.PauseAsync(found.Links(map), new LinkId(link), cancellation)).Require());
    }
}
