using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.App.Sync;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <summary>Ends a project for good: both copies live on, and the two are never linked again.</summary>
public sealed class DisconnectProject(Finder finder, LinkControl control, TimeProvider time)
{
    [Function(nameof(DisconnectProject))]
    [Needs(Role.Administrator, Act.Projects)]
    [Answers(typeof(ProjectView))]
    [Refuses("cannot-link", "changed-meanwhile", "vendor-refused")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "manage/v1/tenants/{tenant}/flows/{flow}/projects/{link}/disconnect")] HttpRequest request,
        string tenant,
        string flow,
        string link,
        CancellationToken cancellation)
    {
        var found = await finder.ProjectAsync(tenant, flow, link, cancellation);
        (await control.DisconnectAsync(found.Scope, found.Link, cancellation)).Require();
        return Json.Ok((await finder.ProjectAsync(tenant, flow, link, cancellation)).View(time.GetUtcNow()));
    }
}
