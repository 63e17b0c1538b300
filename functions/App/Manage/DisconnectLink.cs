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

/// <summary>Ends a link for good: the two records are never linked again.</summary>
public sealed class DisconnectLink(Finder finder, LinkControl control)
{
    [Function(nameof(DisconnectLink))]
    [Needs(Role.Administrator, Act.Records)]
    [Answers(typeof(ManualDone))]
    [Refuses("cannot-link", "changed-meanwhile", "vendor-refused")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "manage/v1/tenants/{tenant}/flows/{flow}/links/{kind}/{link}/disconnect")] HttpRequest request,
        string tenant,
        string flow,
        string kind,
        string link,
        CancellationToken cancellation)
    {
        var found = await finder.FlowAsync(tenant, flow, cancellation);
        if (found.Pair.FindKind(kind) is not { Parent: null } map) throw ProblemException.NotFound("kind");
        return Json.Ok((await control.DisconnectAsync(found.Links(map), new LinkId(link), cancellation)).Require());
    }
}
