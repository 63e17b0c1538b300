using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Problems;

namespace SyncFunctions.App.Setup;

public sealed class GetSetup(SetupState state)
{
    [Function(nameof(GetSetup))]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "manage/v1/tenants/{tenant}/flows/{flow}/setup")] HttpRequest request,
        string tenant,
        string flow,
        CancellationToken cancellation) => Json.Ok(SetupView.Of(await state.LoadAsync(tenant, flow, cancellation)));
}
