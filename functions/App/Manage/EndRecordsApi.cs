using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Problems;
using SyncFunctions.App.Records;

namespace SyncFunctions.App.Manage;

/// <summary>Nobody posts records to the flow any more: its keys end at once.</summary>
public sealed class EndRecordsApi(Finder finder, RecordsGate gate)
{
    [Function(nameof(EndRecordsApi))]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Function, "delete", Route = "manage/v1/tenants/{tenant}/flows/{flow}/records-api")] HttpRequest request,
        string tenant,
        string flow,
        CancellationToken cancellation)
    {
        var found = await finder.FlowAsync(tenant, flow, cancellation);
        return await gate.RevokeAsync(found.Key, cancellation) ? new NoContentResult() : throw ProblemException.NotFound("key of this flow");
    }
}
