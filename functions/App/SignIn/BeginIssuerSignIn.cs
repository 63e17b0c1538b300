using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Connect;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;

namespace SyncFunctions.App.SignIn;

/// <summary>On to the issuer's page for signing in.</summary>
public sealed class BeginIssuerSignIn(SignInSettings settings, IssuerSignIn signIn)
{
    [Function(nameof(BeginIssuerSignIn))]
    [Open("It leads to the issuer and nowhere else.")]
    [Answers(StatusCodes.Status302Found)]
    [Asks("returnTo")]
    [Refuses("not-found")]
    public async Task<IActionResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "session/issuer")] HttpRequest request, CancellationToken cancellation) =>
        settings.Issuer is null
            ? throw ProblemException.NotFound("way to sign in")
            : new ConsentRedirect(await signIn.BeginAsync(request, request.Query["returnTo"].ToString(), invitation: null, cancellation));
}
