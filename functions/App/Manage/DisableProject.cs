using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.App.Sync;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <summary>Switches a project off: nothing of it flows until it is switched on again.</summary>
public sealed class DisableProject(Finder finder, LinkControl control, TimeProvider time)
{
    [Function(nameof(DisableProject))]
    [Needs(Role.Member, Act.Projects)]
    [Answers(typeof(ProjectView))]
    [Refuses("cannot-link", "changed-meanwhile", "vendor-refused")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "manage/v1/tenants/{tenant}/flows/{flow}/projects/{link}/disable")] HttpRequest request,
        string tenant,
        string flow,
        string link,
        CancellationToken cancellation)
    {
        var found = await finder.ProjectAsync(tenant, flow, link, cancellation);
        (await control.PauseAsync(found.Scope, found.Link, cancellation)).Require();
        return Json.Ok((await finder.ProjectAsync(tenant, flow, link, cancellation)).View(time.GetUtcNow()));
    }
}
