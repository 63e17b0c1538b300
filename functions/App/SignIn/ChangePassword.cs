using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.SignIn;

/// <summary>One's own password; every other browser of the account is signed out.</summary>
public sealed class ChangePassword(Passwords passwords, PersonStore people)
{
    public sealed record Body([property: Must] string? Password, [property: Must] string? NewPassword)
    {
        /// <summary>No secret in a log.</summary>
        public override string ToString() => nameof(Body);
    }

    [Function(nameof(ChangePassword))]
    [Needs(Role.Viewer)]
    [Answers(StatusCodes.Status204NoContent)]
    [Refuses("changed-meanwhile", "sign-in-refused", "too-many-requests")]
    public async Task<IActionResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "manage/v1/me/password")] HttpRequest request, CancellationToken cancellation)
    {
        var body = await JsonBody.ReadAsync<Body>(request, cancellation);
        Passwords.Check(new BodyCheck().Require("#/password", body.Password), "#/newPassword", body.NewPassword).Refuse();
        if (request.HttpContext.Features.Get<Session>() is not { IsLocal: true } session || await people.GetAsync(session.Person, cancellation) is not { Value: var person })
            throw new ProblemException(ProblemType.NotAllowed, "You have no password here.");
        var proved = await passwords.RequireAsync(request, person.Subject, body.Password!, cancellation);
        await passwords.ChangeAsync(request, proved, body.NewPassword!, but: session.Hash, person.Name, cancellation);
        return new NoContentResult();
    }
}
