using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Hooks;
using SyncFunctions.App.Problems;

namespace SyncFunctions.App.Manage;

/// <summary>Ends the address for a vendor's webhooks; the connection is only polled from then on.</summary>
public sealed class EndWebhook(Finder finder, HookSetup hooks)
{
    [Function(nameof(EndWebhook))]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Function, "delete", Route = "manage/v1/tenants/{tenant}/connections/{connection}/webhook")] HttpRequest request,
        string tenant,
        string connection,
        CancellationToken cancellation) =>
        await hooks.EndAsync(await finder.ConnectionAsync(tenant, connection, cancellation), cancellation) ? new NoContentResult() : throw ProblemException.NotFound("webhook");
}
