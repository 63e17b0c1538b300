using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;

namespace SyncFunctions.App.Connect;

/// <summary>Where an invitation link leads: on to the vendor's consent page.</summary>
public sealed class StartConnect(Consent consent)
{
    [Function(nameof(StartConnect))]
    [Open("The invitation.")]
    [Answers(StatusCodes.Status302Found)]
    [Answers(StatusCodes.Status410Gone, MediaType = "text/html")]
    [Asks("invitation")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "connect/{system}")] HttpRequest request, string system, CancellationToken cancellation)
    {
        // A browser that guesses where its user may go next must not spend the invitation.
        if (request.Headers.ContainsKey("Sec-Purpose") || request.Headers.ContainsKey("Purpose")) return new StatusCodeResult(StatusCodes.Status503ServiceUnavailable);
        return await consent.BeginAsync(request, system, request.Query["invitation"].ToString(), cancellation) is { } address
            ? new ConsentRedirect(address)
            : ConnectPages.InvitationSpent;
    }
}
