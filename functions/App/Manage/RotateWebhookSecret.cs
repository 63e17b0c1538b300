using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Hooks;
using SyncFunctions.App.People;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <summary>Makes another secret for a vendor's webhooks, at the same address. The one before counts for a day yet.</summary>
public sealed class RotateWebhookSecret(Finder finder, HookSetup hooks, AccessNotices notices)
{
    [Function(nameof(RotateWebhookSecret))]
    [Needs(Role.Administrator, Act.Connections)]
    [Answers(StatusCodes.Status201Created, typeof(NewHookSecret), ShownOnce = true)]
    [Takes(typeof(RotateWebhook.Body))]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "manage/v1/tenants/{tenant}/connections/{connection}/webhook/secret")] HttpRequest request,
        string tenant,
        string connection,
        CancellationToken cancellation)
    {
        var found = await finder.ConnectionAsync(tenant, connection, cancellation);
        var secret = await hooks.RotateSecretAsync(found, await RotateWebhook.SecretAsync(request, cancellation), cancellation);
        await notices.RaiseAsync(found.Value.Tenant, null, "A secret was made with which a vendor signs its webhooks", request.Caller().Name);
        return Json.Created(secret);
    }
}
