using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.SignIn;

/// <summary>Signs oneself out in one browser, which may be this one.</summary>
public sealed class EndMySession(PersonStore people)
{
    [Function(nameof(EndMySession))]
    [Needs(Role.Viewer)]
    [Answers(StatusCodes.Status204NoContent)]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "manage/v1/me/sessions/{session}")] HttpRequest request, string session, CancellationToken cancellation)
    {
        var found = request.HttpContext.Features.Get<Session>() is { } own ? (await people.SessionsAsync(own.Person, cancellation)).FirstOrDefault(one => one.Id == session) : null;
        if (found is null) throw ProblemException.NotFound("session");
        await people.EndAsync(found.Person, found.Hash, cancellation);
        return new NoContentResult();
    }
}
