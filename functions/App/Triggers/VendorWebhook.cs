using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Hooks;

namespace SyncFunctions.App.Triggers;

/// <summary>
/// Takes what vendors send. The path's secret part is enough to find the connection; the signature proves the sender. Whatever a vendor
/// appends to the query is for others.
/// </summary>
public sealed class VendorWebhook(HookReceiver receiver)
{
    [Function(nameof(VendorWebhook))]
    [Open("The hook's id and the vendor's signature.")]
    [Answers(StatusCodes.Status200OK)]
    [Answers(StatusCodes.Status202Accepted)]
    [Answers(StatusCodes.Status204NoContent)]
    [Refuses("body-too-large", "invalid-request", "not-stored")]
    public Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "webhooks/{system}/{hook}")] HttpRequest request, string system, string hook, CancellationToken cancellation) =>
        receiver.ReceiveAsync(system, hook, request, cancellation);
}
