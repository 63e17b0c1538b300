using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Notices;
using SyncFunctions.App.Problems;
using SyncFunctions.App.Records;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <summary>Lets other systems post records to a flow, by a key that is shown this once; or makes a new key, beside which the old counts for a day.</summary>
public sealed class RotateRecordsKey(Finder finder, RecordsGate gate)
{
    [Function(nameof(RotateRecordsKey))]
    [Needs(Role.Administrator, Act.Settings)]
    [Answers(StatusCodes.Status201Created, typeof(NewRecordsKey), ShownOnce = true)]
    [KeyChange("A key was made by which other systems post records")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "manage/v1/tenants/{tenant}/flows/{flow}/records-api")] HttpRequest request,
        string tenant,
        string flow,
        CancellationToken cancellation)
    {
        var found = await finder.FlowAsync(tenant, flow, cancellation);
        return Json.Created(await gate.RotateAsync(request, found.Key, cancellation));
    }
}
