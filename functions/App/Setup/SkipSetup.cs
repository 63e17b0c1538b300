using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.Setup;

/// <summary>Lets a flow go live without the wizard: what is there already stays as it is, to be linked by hand.</summary>
public sealed class SkipSetup(SetupState state, FlowSwitch flows, TimeProvider time)
{
    [Function(nameof(SkipSetup))]
    [Needs(Role.Administrator, Act.Settings)]
    [Answers(typeof(SetupView))]
    [Refuses("changed-meanwhile", "setup-order")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "manage/v1/tenants/{tenant}/flows/{flow}/setup/skip")] HttpRequest request,
        string tenant,
        string flow,
        CancellationToken cancellation)
    {
        var setup = await state.LoadAsync(tenant, flow, cancellation);
        if (setup.Step == SetupStep.Import && setup.Document.Import is { Run: not null } && setup.Facts.ImportProblem is null)
            throw new ProblemException(ProblemType.SetupOrder, "The import has begun; the flow goes live at its end.");
        var saved = setup.Step == SetupStep.Done ? setup : await state.SaveAsync(setup, setup.Document with { SkippedAt = time.GetUtcNow() }, cancellation);
        await flows.ChangeAsync(tenant, flow, found => found.Flow with { Enabled = true }, cancellation);
        return Json.Ok(SetupView.Of(saved));
    }
}
