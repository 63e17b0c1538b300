using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.App.Sync;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <summary>Lets a paused run go on where it was.</summary>
public sealed class ResumeRun(Finder finder, RunControl control, RunStore runs, TimeProvider time)
{
    [Function(nameof(ResumeRun))]
    [Needs(Role.Member, Act.Sync)]
    [Answers(StatusCodes.Status202Accepted, typeof(RunView))]
    [Refuses("run-not-like-that")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "manage/v1/tenants/{tenant}/flows/{flow}/runs/{run}/resume")] HttpRequest request,
        string tenant,
        string flow,
        string run,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        var found = await finder.FlowAsync(tenant, flow, cancellation);
        (await control.ResumeAsync(found.Key, new RunId(run), client, cancellation)).Require("It is not paused.");
        return Json.Accepted(RunView.Of((await runs.GetAsync(found.Key, new RunId(run), cancellation))!.Value.Value, time.GetUtcNow()));
    }
}
