using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.Setup;

/// <param name="Run">Its progress by kind, with pace and estimate while it runs.</param>
/// <param name="Mail">What became of the e-mail.</param>
public sealed record ImportView(StepState State, string Detail, DateTimeOffset? StartedAt, DateTimeOffset? CompletedAt, string? Notify, MailState Mail, RunView? Run, ImportReport? Report);

public sealed class GetSetupImport(SetupState state, RunStore runs, TimeProvider time)
{
    [Function(nameof(GetSetupImport))]
    [Needs(Role.Viewer)]
    [Answers(typeof(ImportView))]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/tenants/{tenant}/flows/{flow}/setup/import")] HttpRequest request,
        string tenant,
        string flow,
        CancellationToken cancellation)
    {
        var setup = await state.LoadAsync(tenant, flow, cancellation);
        var step = SetupWizard.Views(setup.Flow.Pair, setup.Document, setup.Facts)[^1];
        var import = setup.Document.Import;
        var run = import?.Run is { } id ? await runs.GetAsync(setup.Flow.Key, id, cancellation) : null;
        return Json.Ok(new ImportView(
            step.State,
            step.Detail,
            import?.StartedAt,
            import?.CompletedAt,
            import?.Notify,
            import?.Mail.State ?? MailState.NotDue,
            run is { } stored ? RunView.Of(stored.Value, time.GetUtcNow()) : null,
            import?.Report));
    }
}
