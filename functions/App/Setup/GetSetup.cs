using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.Setup;

public sealed class GetSetup(SetupState state)
{
    [Function(nameof(GetSetup))]
    [Needs(Role.Viewer)]
    [Answers(typeof(SetupView))]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/tenants/{tenant}/flows/{flow}/setup")] HttpRequest request,
        string tenant,
        string flow,
        CancellationToken cancellation) => Json.Ok(SetupView.Of(await state.LoadAsync(tenant, flow, cancellation)));
}
