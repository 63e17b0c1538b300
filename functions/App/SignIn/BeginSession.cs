using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Connect;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;

namespace SyncFunctions.App.SignIn;

/// <summary>Signs in by a password.</summary>
public sealed class BeginSession(SignInSettings settings, Passwords passwords, Sessions sessions, PublicAddress address)
{
    public sealed record Body([property: Must] string? Email, [property: Must] string? Password)
    {
        /// <summary>No secret in a log.</summary>
        public override string ToString() => nameof(Body);
    }

    [Function(nameof(BeginSession))]
    [Open("The password; only pages of the app itself may send it.")]
    [Answers(StatusCodes.Status204NoContent)]
    [Refuses("not-allowed", "sign-in-refused", "too-many-requests")]
    public async Task<IActionResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "session")] HttpRequest request, CancellationToken cancellation)
    {
        SameOrigin.Require(request, address);
        if (!settings.Local) throw new ProblemException(ProblemType.NotAllowed, "Passwords are not taken here: sign in by your organisation.");
        var body = await JsonBody.ReadAsync<Body>(request, cancellation);
        new BodyCheck().Require("#/email", body.Email).Require("#/password", body.Password).Refuse();
        var person = (await passwords.RequireAsync(request, body.Email!, body.Password!, cancellation)).Value;
        return await sessions.BeginAsync(request, person, person.IsOperator, cancellation)
            ? new NoContentResult()
            : throw new ProblemException(ProblemType.NotAllowed, "You do not belong to any organisation here any more. Ask an administrator of yours for an invitation.");
    }
}
