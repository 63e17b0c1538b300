using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Problems;
using SyncFunctions.App.Sync;
using SyncFunctions.Engine;

namespace SyncFunctions.App.Manage;

/// <summary>The preview of one link: both records as they are now, field by field, and what a sync would do.</summary>
public sealed class GetDifferences(Finder finder, LinkTools tools)
{
    [Function(nameof(GetDifferences))]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "manage/v1/tenants/{tenant}/flows/{flow}/links/{kind}/{link}/differences")] HttpRequest request,
        string tenant,
        string flow,
        string kind,
        string link,
        CancellationToken cancellation)
    {
        var found = await finder.FlowAsync(tenant, flow, cancellation);
        var (result, differences) = await tools.DifferencesAsync(found.Key, kind, new LinkId(link), cancellation);
        result.Require();
        return Json.Ok(DifferencesView.Of(differences!));
    }
}
