using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <summary>How far a run is; once it has ended, with its report.</summary>
public sealed class GetRun(Finder finder, RunStore runs, IntegrationLog log, TimeProvider time)
{
    [Function(nameof(GetRun))]
    [Needs(Role.Viewer)]
    [Answers(typeof(RunView))]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/tenants/{tenant}/flows/{flow}/runs/{run}")] HttpRequest request,
        string tenant,
        string flow,
        string run,
        CancellationToken cancellation)
    {
        var found = await finder.FlowAsync(tenant, flow, cancellation);
        if (await runs.GetAsync(found.Key, new RunId(run), cancellation) is not { Value: var stored }) throw ProblemException.NotFound("run");
        var report = stored.EndedAt is null ? null : await RunReport.OfAsync(log, found.Key, stored.Id, cancellation);
        return Json.Ok(RunView.Of(stored, time.GetUtcNow()) with { Report = report });
    }
}
