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

/// <summary>Records without a counterpart, with suggestions; or those that are not to be matched.</summary>
public sealed class ListUnmatched(Finder finder, UnmatchedRecords unmatched)
{
    [Function(nameof(ListUnmatched))]
    [Needs(Role.Viewer)]
    [Answers(typeof(ListView<UnmatchedRecord>))]
    [Asks("continuation", "dismissed", "kind", "limit", "search", "side")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/tenants/{tenant}/flows/{flow}/unmatched")] HttpRequest request,
        string tenant,
        string flow,
        CancellationToken cancellation)
    {
        var found = await finder.FlowAsync(tenant, flow, cancellation);
        var kind = found.Kind(request.Text("kind"), "?kind");
        var side = request.Choice<Side>("side") ?? throw Query.Invalid("side", "left or right");
        var dismissed = request.Text("dismissed") == "true";
        var page = await unmatched.ListAsync(found.Key, kind.Name, side, request.Text("search"), dismissed, request.Text("continuation"), request.Limit(otherwise: 50), cancellation);
        return Json.Ok(new ListView<UnmatchedRecord>(page.Records, page.Continuation));
    }
}
