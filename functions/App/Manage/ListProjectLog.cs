using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <summary>A line of a project's log: one of the two.</summary>
/// <param name="Notice">What was done, or could not be done.</param>
/// <param name="ApiCall">A call to one of its systems that failed.</param>
public sealed record ProjectLineView(DateTimeOffset At, LogView? Notice, ApiCallView? ApiCall)
{
    public static ProjectLineView Of(ProjectLine line) => line switch
    {
        ProjectLine.Notice notice => new ProjectLineView(line.At, LogView.Of(notice.Entry), null),
        ProjectLine.Call call => new ProjectLineView(line.At, null, ApiCallView.Of(call.Connection.Value, call.Failed)),
        _ => throw new ArgumentException("Unknown line.", nameof(line)),
    };
}

/// <summary>What happened to a project and to what lives inside it, newest first: notices and failed vendor calls in one list.</summary>
public sealed class ListProjectLog(Finder finder, ProjectLog log)
{
    [Function(nameof(ListProjectLog))]
    [Needs(Role.Viewer)]
    [Answers(typeof(ListView<ProjectLineView>))]
    [Asks("continuation", "limit")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/tenants/{tenant}/flows/{flow}/projects/{link}/log")] HttpRequest request,
        string tenant,
        string flow,
        string link,
        CancellationToken cancellation)
    {
        var found = await finder.ProjectAsync(tenant, flow, link, cancellation);
        var page = await log.ListAsync(found.Flow.Key, [found.Flow.Flow.Left, found.Flow.Flow.Right], found.Link, request.Text("continuation"), request.Limit(), cancellation);
        return Json.Ok(new ListView<ProjectLineView>([.. page.Items.Select(ProjectLineView.Of)], page.Continuation));
    }
}
