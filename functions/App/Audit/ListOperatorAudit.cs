using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.Audit;

/// <summary>What was done to no tenant, newest first: making one, for instance.</summary>
public sealed class ListOperatorAudit(AuditLog log)
{
    [Function(nameof(ListOperatorAudit))]
    [Needs(Role.Operator)]
    [Answers(typeof(AuditListView))]
    [Asks("continuation", "from", "limit", "to", "what", "who")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/audit")] HttpRequest request, CancellationToken cancellation)
    {
        var filter = new AuditFilter(request.Text("who"), request.Text("what"), null, request.Time("from"), request.Time("to"));
        var page = await log.ListAsync(null, filter, request.Text("continuation"), request.Limit(), cancellation);
        return Json.Ok(AuditListView.Of(page));
    }
}
