using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Connect;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;

namespace SyncFunctions.App.SignIn;

/// <summary>Chooses a password in place of one that was lost. Every browser of the account is signed out.</summary>
public sealed class ReplaceLostPassword(LostPasswords lost, PublicAddress address)
{
    /// <param name="Code">What the link ends with.</param>
    public sealed record Body([property: Must] string? Code, [property: Must] string? Password)
    {
        /// <summary>No secret in a log.</summary>
        public override string ToString() => nameof(Body);
    }

    [Function(nameof(ReplaceLostPassword))]
    [Open("The code of the link; only pages of the app itself may send it.")]
    [Answers(StatusCodes.Status204NoContent)]
    [Refuses("changed-meanwhile", "not-allowed", "not-found", "too-many-requests")]
    public async Task<IActionResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "session/password")] HttpRequest request, CancellationToken cancellation)
    {
        SameOrigin.Require(request, address);
        var body = await JsonBody.ReadAsync<Body>(request, cancellation);
        Passwords.Check(new BodyCheck().Require("#/code", body.Code), "#/password", body.Password).Refuse();
        await lost.ChangeAsync(request, body.Code!, body.Password!, cancellation);
        return new NoContentResult();
    }
}
