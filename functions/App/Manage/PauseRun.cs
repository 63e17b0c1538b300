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

/// <summary>Lets a run that is under way rest at its next step; it keeps its place, but no worker.</summary>
public sealed class PauseRun(Finder finder, RunControl control, RunStore runs, TimeProvider time)
{
    [Function(nameof(PauseRun))]
    [Needs(Role.Member, Act.Sync)]
    [Answers(StatusCodes.Status202Accepted, typeof(RunView))]
    [Refuses("run-not-like-that")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "manage/v1/tenants/{tenant}/flows/{flow}/runs/{run}/pause")] HttpRequest request,
        string tenant,
        string flow,
        string run,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        var found = await finder.FlowAsync(tenant, flow, cancellation);
        (await control.OrderAsync(found.Key, new RunId(run), RunOrder.Pause, "Paused by hand.", client, cancellation)).Require("It has ended, or rests already.");
        return Json.Accepted(RunView.Of((await runs.GetAsync(found.Key, new RunId(run), cancellation))!.Value.Value, time.GetUtcNow()));
    }
}
