using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Problems;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Audit;

/// <summary>Who did what in a tenant, newest first.</summary>
public sealed class ListAudit(Finder finder, AuditLog log)
{
    [Function(nameof(ListAudit))]
    [Needs(Role.Administrator, Act.People)]
    [Answers(typeof(AuditListView))]
    [Asks("continuation", "flow", "from", "limit", "to", "what", "who")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/tenants/{tenant}/audit")] HttpRequest request, string tenant, CancellationToken cancellation)
    {
        var owner = await finder.TenantAsync(tenant, cancellation);
        var flow = request.Text("flow") is { } name ? new FlowId(name) : (FlowId?)null;
        var filter = new AuditFilter(request.Text("who"), request.Text("what"), flow, request.Time("from"), request.Time("to"));
        var page = await log.ListAsync(owner.Id, filter, request.Text("continuation"), request.Limit(), cancellation);
        return Json.Ok(AuditListView.Of(page));
    }
}
