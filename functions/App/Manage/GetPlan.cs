using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <summary>What a dry run found that a comprehensive run would do, in its order; with <c>effects</c> only what it would write or link.</summary>
public sealed class GetPlan(Finder finder, RunStore runs, PlanStore plans)
{
    [Function(nameof(GetPlan))]
    [Needs(Role.Viewer)]
    [Answers(typeof(ListView<PlanLineView>))]
    [Answers(StatusCodes.Status200OK, MediaType = "text/plain")]
    [Asks("continuation", "effects", "format", "limit")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/tenants/{tenant}/flows/{flow}/runs/{run}/plan")] HttpRequest request,
        string tenant,
        string flow,
        string run,
        CancellationToken cancellation)
    {
        var found = await finder.FlowAsync(tenant, flow, cancellation);
        var format = request.Choice<PlanFormat>("format") ?? PlanFormat.Json;
        if (await runs.GetAsync(found.Key, new RunId(run), cancellation) is not { } stored || stored.Value.Mode != nameof(Sync.RunMode.DryRun)) throw ProblemException.NotFound("plan");
        var limit = request.Limit(format == PlanFormat.Table ? Query.MaxLimit : 100);
        var page = await plans.ListAsync(found.Key, stored.Value.Id, request.Text("continuation"), limit, cancellation, effectsOnly: request.Text("effects") == "true");
        return format == PlanFormat.Table
            ? new ContentResult { Content = PlanTable.Of(page.Items, page.Continuation), ContentType = "text/plain; charset=utf-8" }
            : Json.Ok(new ListView<PlanLineView>([.. page.Items.Select(PlanLineView.Of)], page.Continuation));
    }
}

public enum PlanFormat
{
    Json,
    Table,
}
