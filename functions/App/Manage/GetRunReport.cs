using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <summary>What a run did, record by record: for whoever cleans up two systems against each other, and goes through the rest by hand.</summary>
public sealed class GetRunReport(Finder finder, RunStore runs, IntegrationLog log)
{
    [Function(nameof(GetRunReport))]
    [Needs(Role.Viewer)]
    [Answers(typeof(ListView<LogView>))]
    [Answers(StatusCodes.Status200OK, MediaType = "text/csv")]
    [Asks("code", "continuation", "format", "kind", "limit")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/tenants/{tenant}/flows/{flow}/runs/{run}/report")] HttpRequest request,
        string tenant,
        string flow,
        string run,
        CancellationToken cancellation)
    {
        var found = await finder.FlowAsync(tenant, flow, cancellation);
        var format = request.Choice<ReportFormat>("format") ?? ReportFormat.Json;
        if (await runs.GetAsync(found.Key, new RunId(run), cancellation) is not { Value: var stored }) throw ProblemException.NotFound("run");
        var filter = new LogFilter { Run = stored.Id, Code = request.Text("code"), Kind = request.Text("kind") };
        if (format == ReportFormat.Json)
        {
            var page = await log.ListAsync(found.Key, filter, request.Text("continuation"), request.Limit(), cancellation);
            return Json.Ok(new ListView<LogView>([.. page.Items.Select(LogView.Of)], page.Continuation));
        }

        return new FileContentResult(await ReportTable.WriteAsync(log, found.Key, filter, cancellation), "text/csv; charset=utf-8") { FileDownloadName = $"{stored.Mode.ToLowerInvariant()}-{stored.StartedAt:yyyy-MM-dd}.csv" };
    }
}

public enum ReportFormat
{
    Json,
    Csv,
}
