using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Connect;
using SyncFunctions.App.Contract;
using SyncFunctions.App.People;
using SyncFunctions.App.Problems;

namespace SyncFunctions.App.SignIn;

/// <summary>Mails a link to whoever has lost their password. The answer is the same whether or not there is such an account.</summary>
public sealed class AskLostPassword(LostPasswords lost, PublicAddress address)
{
    public sealed record Body([property: Must] string? Email);

    [Function(nameof(AskLostPassword))]
    [Open("It tells the account alone, and nobody whether there is one; only pages of the app itself may send it, and not often.")]
    [Answers(StatusCodes.Status204NoContent)]
    [Refuses("not-allowed", "too-many-requests")]
    public async Task<IActionResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "session/password/lost")] HttpRequest request, CancellationToken cancellation)
    {
        SameOrigin.Require(request, address);
        var body = await JsonBody.ReadAsync<Body>(request, cancellation);
        new BodyCheck().Require("#/email", body.Email).Email("#/email", body.Email).Refuse();
        await lost.AskAsync(request, body.Email!, cancellation);
        return new NoContentResult();
    }
}
