using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.People;
using SyncFunctions.App.Problems;
using SyncFunctions.App.Records;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <summary>Nobody posts records to the flow any more: its keys end at once.</summary>
public sealed class EndRecordsApi(Finder finder, RecordsGate gate, AccessNotices notices)
{
    [Function(nameof(EndRecordsApi))]
    [Needs(Role.Administrator, Act.Settings)]
    [Answers(StatusCodes.Status204NoContent)]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "manage/v1/tenants/{tenant}/flows/{flow}/records-api")] HttpRequest request,
        string tenant,
        string flow,
        CancellationToken cancellation)
    {
        var found = await finder.FlowAsync(tenant, flow, cancellation);
        if (!await gate.RevokeAsync(found.Key, cancellation)) throw ProblemException.NotFound("key of this flow");
        await notices.RaiseAsync(found.Key.Tenant, found.Key.Flow, "The key by which other systems posted records was ended", request.Caller().Name);
        return new NoContentResult();
    }
}
