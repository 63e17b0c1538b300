using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

public sealed class ListRuns(Finder finder, RunStore runs, TimeProvider time)
{
    [Function(nameof(ListRuns))]
    [Needs(Role.Viewer)]
    [Answers(typeof(ListView<RunView>))]
    [Asks("continuation", "limit")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/tenants/{tenant}/flows/{flow}/runs")] HttpRequest request,
        string tenant,
        string flow,
        CancellationToken cancellation)
    {
        var found = await finder.FlowAsync(tenant, flow, cancellation);
        var page = await runs.ListAsync(found.Key, request.Text("continuation"), request.Limit(otherwise: 20), cancellation);
        return Json.Ok(new ListView<RunView>([.. page.Items.Select(run => RunView.Of(run, time.GetUtcNow()))], page.Continuation));
    }
}
