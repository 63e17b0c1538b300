using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Problems;

namespace SyncFunctions.App.Manage;

public sealed class GetFlowFields(Finder finder)
{
    [Function(nameof(GetFlowFields))]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "manage/v1/tenants/{tenant}/flows/{flow}/fields")] HttpRequest request,
        string tenant,
        string flow,
        CancellationToken cancellation)
    {
        var found = await finder.FlowAsync(tenant, flow, cancellation);
        return Json.Ok(new ListView<KindFields>(FieldTable.Of(found.Pair, found.Flow.Settings)));
    }
}
