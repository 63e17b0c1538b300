using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

public sealed class GetFlow(Finder finder)
{
    [Function(nameof(GetFlow))]
    [Needs(Role.Viewer)]
    [Answers(typeof(FlowView), Tagged = true)]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/tenants/{tenant}/flows/{flow}")] HttpRequest request,
        string tenant,
        string flow,
        CancellationToken cancellation) => FlowView.Of((await finder.FlowAsync(tenant, flow, cancellation)).Flow).ToAnswer();
}
