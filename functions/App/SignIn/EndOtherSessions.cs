using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.State;

namespace SyncFunctions.App.SignIn;

/// <summary>Signs oneself out everywhere else.</summary>
public sealed class EndOtherSessions(PersonStore people)
{
    [Function(nameof(EndOtherSessions))]
    [Needs(Role.Viewer)]
    [Answers(StatusCodes.Status204NoContent)]
    public async Task<IActionResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "manage/v1/me/sessions")] HttpRequest request, CancellationToken cancellation)
    {
        if (request.HttpContext.Features.Get<Session>() is { } session) await people.EndAllAsync(session.Person, but: session.Hash, cancellation);
        return new NoContentResult();
    }
}
