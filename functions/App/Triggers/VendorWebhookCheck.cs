using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Hooks;

namespace SyncFunctions.App.Triggers;

/// <summary>Answers the vendors that ask whether an address takes their webhooks before they send any.</summary>
public sealed class VendorWebhookCheck(HookReceiver receiver)
{
    [Function(nameof(VendorWebhookCheck))]
    [Open("It answers what a vendor asks before the first webhook.")]
    [Answers(StatusCodes.Status200OK)]
    public IActionResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", "options", Route = "webhooks/{system}/{hook}")] HttpRequest request, string system) =>
        receiver.Check(system, request);
}
