using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Hooks;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <summary>Ends the address for a vendor's webhooks; the connection is only polled from then on.</summary>
public sealed class EndWebhook(Finder finder, HookSetup hooks, HookCare care)
{
    [Function(nameof(EndWebhook))]
    [Needs(Role.Administrator, Act.Connections)]
    [Answers(StatusCodes.Status204NoContent)]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "manage/v1/tenants/{tenant}/connections/{connection}/webhook")] HttpRequest request,
        string tenant,
        string connection,
        CancellationToken cancellation)
    {
        var found = await finder.ConnectionAsync(tenant, connection, cancellation);
        if (care.IsFor(found.Value.System)) throw new ProblemException(ProblemType.InvalidRequest, "The system is told by the app itself for as long as a flow that is on and live uses the connection.");
        return await hooks.EndAsync(found, cancellation) ? new NoContentResult() : throw ProblemException.NotFound("webhook");
    }
}
