using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.App.Sync;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <summary>Brings one project, with all that lives inside it, into step: at once, or as soon as it may. Reference data is not read.</summary>
public sealed class SyncProject(Finder finder, FlowContexts contexts, ProjectRequests requests, ProjectStore projects, TimeProvider time)
{
    public sealed record Body(RunMode? Mode);

    [Function(nameof(SyncProject))]
    [Needs(Role.Member, Act.Projects)]
    [Answers(StatusCodes.Status202Accepted, typeof(ProjectView))]
    [Refuses("flow-off", "project-busy", "project-off")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "manage/v1/tenants/{tenant}/flows/{flow}/projects/{link}/sync")] HttpRequest request,
        string tenant,
        string flow,
        string link,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        var found = await finder.ProjectAsync(tenant, flow, link, cancellation);
        var mode = (await JsonBody.ReadAsync<Body>(request, cancellation)).Mode ?? RunMode.Delta;
        new BodyCheck().When(mode is not (RunMode.Delta or RunMode.Comprehensive), "#/mode", "The modes are delta and comprehensive.").Refuse();
        var context = await contexts.LoadAsync(found.Flow.Key, cancellation) ?? throw ProblemException.NotFound("flow");
        var view = ProjectView.Of(found.Project, context.Flow, time.GetUtcNow());
        if (!context.Flow.Enabled) throw new ProblemException(ProblemType.FlowOff, "The flow is switched off: enable it first.");
        if (context.Flow.WentLiveAt is null) throw new ProblemException(ProblemType.FlowOff, "The flow has not gone live yet.");
        if (!view.Enabled) throw new ProblemException(ProblemType.ProjectOff, $"The project is {Json.ToNode(view.State)}. {view.Reason}".TrimEnd());
        if (await requests.ByHandAsync(context, found.Link, mode, client, cancellation) is not null) return Json.Accepted(await ViewAsync(found, cancellation));

        var busy = await ViewAsync(found, cancellation);
        throw new ProblemException(ProblemType.ProjectBusy, $"{busy.Why} Since {busy.Since?.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC.")
        {
            Extensions = VendorProblem.NoExtensions.Add("project_status", busy.Status).Add("since", busy.Since).Add("why", busy.Why),
        };
    }

    private async Task<ProjectView> ViewAsync(FoundProject found, CancellationToken cancellation) =>
        ProjectView.Of((await projects.GetAsync(found.Flow.Key, found.Link, cancellation))!.Value.Value, found.Flow.Flow, time.GetUtcNow());
}
