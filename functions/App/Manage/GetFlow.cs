using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Problems;

namespace SyncFunctions.App.Manage;

public sealed class GetFlow(Finder finder)
{
    [Function(nameof(GetFlow))]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "manage/v1/tenants/{tenant}/flows/{flow}")] HttpRequest request,
        string tenant,
        string flow,
        CancellationToken cancellation) => Json.Ok(FlowView.Of((await finder.FlowAsync(tenant, flow, cancellation)).Flow));
}
