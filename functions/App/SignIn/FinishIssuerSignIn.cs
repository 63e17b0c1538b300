using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;

namespace SyncFunctions.App.SignIn;

/// <summary>Where the issuer sends the browser back to.</summary>
public sealed class FinishIssuerSignIn(IssuerSignIn signIn)
{
    [Function(nameof(FinishIssuerSignIn))]
    [Open("The state, the cookie of the browser that began, and what the issuer has signed.")]
    [Answers(StatusCodes.Status200OK, MediaType = "text/html")]
    [Answers(StatusCodes.Status302Found)]
    [Answers(StatusCodes.Status400BadRequest, MediaType = "text/html")]
    [Answers(StatusCodes.Status403Forbidden, MediaType = "text/html")]
    [Answers(StatusCodes.Status410Gone, MediaType = "text/html")]
    [Refuses("not-allowed")]
    public Task<IActionResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "session/callback")] HttpRequest request, CancellationToken cancellation) =>
        signIn.FinishAsync(request, cancellation);
}
