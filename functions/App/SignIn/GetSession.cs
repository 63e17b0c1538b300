using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;

namespace SyncFunctions.App.SignIn;

/// <summary>Whether the browser is signed in, and in which ways it could be.</summary>
public sealed class GetSession(SignInSettings settings, Sessions sessions, LostPasswords lost)
{
    /// <param name="MailsPasswordLinks">Whoever has lost their password can have a link mailed.</param>
    public sealed record View(SignInWays Ways, bool SignedIn, bool MailsPasswordLinks);

    [Function(nameof(GetSession))]
    [Open("It says no more than in which ways people sign in, and to a browser whether it is.")]
    [Answers(typeof(View))]
    public async Task<IActionResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "session")] HttpRequest request, CancellationToken cancellation) =>
        Json.Ok(new View(settings.Ways, await sessions.IsSignedInAsync(request, cancellation), lost.CanMail));
}
