using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.Setup;

public sealed class GetSetupStages(SetupState state, StagesSetup stages)
{
    [Function(nameof(GetSetupStages))]
    [Needs(Role.Viewer)]
    [Answers(typeof(StagesView))]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/tenants/{tenant}/flows/{flow}/setup/stages")] HttpRequest request,
        string tenant,
        string flow,
        CancellationToken cancellation)
    {
        var setup = await state.LoadAsync(tenant, flow, cancellation);
        if (setup.Flow.Pair.Stages is null) throw ProblemException.NotFound("step in the setup of this pair");
        return Json.Ok(await stages.ViewAsync(setup, cancellation));
    }
}
