using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Problems;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

public sealed class GetRun(Finder finder, RunStore runs, TimeProvider time)
{
    [Function(nameof(GetRun))]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "manage/v1/tenants/{tenant}/flows/{flow}/runs/{run}")] HttpRequest request,
        string tenant,
        string flow,
        string run,
        CancellationToken cancellation)
    {
        var found = await finder.FlowAsync(tenant, flow, cancellation);
        return await runs.GetAsync(found.Key, new RunId(run), cancellation) is { } stored
            ? Json.Ok(RunView.Of(stored.Value, time.GetUtcNow()))
            : throw ProblemException.NotFound("run");
    }
}
