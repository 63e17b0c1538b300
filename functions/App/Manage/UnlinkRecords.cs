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

/// <summary>Ends a link; only a person links the two again.</summary>
public sealed class UnlinkRecords(Finder finder, ManualTools tools)
{
    [Function(nameof(UnlinkRecords))]
    [Needs(Role.Member, Act.Records)]
    [Answers(StatusCodes.Status204NoContent)]
    [Refuses("cannot-link", "changed-meanwhile", "vendor-refused")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "manage/v1/tenants/{tenant}/flows/{flow}/links/{kind}/{link}")] HttpRequest request,
        string tenant,
        string flow,
        string kind,
        string link,
        CancellationToken cancellation)
    {
        var found = await finder.FlowAsync(tenant, flow, cancellation);
        if (found.Pair.FindKind(kind) is not { } map) throw ProblemException.NotFound("kind");
        (await tools.UnlinkAsync(found.Key, map.Name, new LinkId(link), cancellation)).Require();
        return new NoContentResult();
    }
}
