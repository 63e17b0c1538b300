using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Connect;
using SyncFunctions.App.Contract;

namespace SyncFunctions.App.SignIn;

/// <summary>Signs the browser out.</summary>
public sealed class EndSession(Sessions sessions, PublicAddress address)
{
    [Function(nameof(EndSession))]
    [Open("It ends no session but the browser's own.")]
    [Answers(StatusCodes.Status204NoContent)]
    [Refuses("not-allowed")]
    public async Task<IActionResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "session")] HttpRequest request, CancellationToken cancellation)
    {
        SameOrigin.Require(request, address);
        if (await sessions.EndAsync(request, cancellation) is { } ended) request.HttpContext.Features.Set(Callers.Of(ended));
        return new NoContentResult();
    }
}
