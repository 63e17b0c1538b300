using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Notices;
using SyncFunctions.App.Problems;
using SyncFunctions.App.Sync;
using SyncFunctions.State;

namespace SyncFunctions.App.Setup;

public sealed class StartSetupImport(SetupState state, FlowRuns runs, TimeProvider time)
{
    /// <param name="Notify">The e-mail address of the person who begins it.</param>
    public sealed record Body(string? Notify);

    [Function(nameof(StartSetupImport))]
    [Needs(Role.Administrator, Act.Settings)]
    [Answers(StatusCodes.Status202Accepted, typeof(RunStarted))]
    [Refuses("changed-meanwhile", "flow-busy", "setup-order")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "manage/v1/tenants/{tenant}/flows/{flow}/setup/import")] HttpRequest request,
        string tenant,
        string flow,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        var setup = (await state.LoadAsync(tenant, flow, cancellation)).Require(SetupStep.Import);
        var body = await JsonBody.ReadAsync<Body>(request, cancellation);
        new BodyCheck().When(body.Notify is not null && !SmtpSettings.IsAddress(body.Notify), "#/notify", "This is not an e-mail address.").Refuse();

        // Stored before the run begins, since the run may end before this request does.
        var begun = await state.SaveAsync(setup, setup.Document with { Import = new SetupImport(Run: null, time.GetUtcNow(), body.Notify) }, cancellation);
        var started = (await runs.RequestAsync(setup.Flow.Key, RunMode.Import, "setup", client, cancellation)).Require(RunMode.Import);
        await state.ChangeAsync(
            setup.Flow.Key,
            document => document.Import is { Run: null } import && import.StartedAt == begun.Document.Import!.StartedAt
                ? document with { Import = import with { Run = new(started.RunId) } }
                : null,
            CancellationToken.None);
        return Json.Accepted(started);
    }
}
