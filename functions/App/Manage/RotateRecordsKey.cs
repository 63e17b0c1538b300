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

/// <summary>Lets other systems post records to a flow, by a key that is shown this once; or makes a new key, beside which the old counts for a day.</summary>
public sealed class RotateRecordsKey(Finder finder, RecordsGate gate, AccessNotices notices)
{
    [Function(nameof(RotateRecordsKey))]
    [Needs(Role.Administrator, Act.Settings)]
    [Answers(StatusCodes.Status201Created, typeof(NewRecordsKey), ShownOnce = true)]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "manage/v1/tenants/{tenant}/flows/{flow}/records-api")] HttpRequest request,
        string tenant,
        string flow,
        CancellationToken cancellation)
    {
        var found = await finder.FlowAsync(tenant, flow, cancellation);
        var key = await gate.RotateAsync(request, found.Key, cancellation);
        await notices.RaiseAsync(found.Key.Tenant, found.Key.Flow, "A key was made by which other systems post records", request.Caller().Name);
        return Json.Created(key);
    }
}
