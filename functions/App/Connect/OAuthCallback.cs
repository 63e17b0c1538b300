using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.Connectors;

namespace SyncFunctions.App.Connect;

/// <summary>Where a vendor sends the browser back to, with a code, an error, or, for the implicit grant, a fragment that only the page sees.</summary>
public sealed class OAuthCallback(Consent consent, Systems systems)
{
    [Function(nameof(OAuthCallback))]
    [Open("The state and the cookie of the browser that began.")]
    [Answers(StatusCodes.Status200OK, MediaType = "text/html")]
    [Answers(StatusCodes.Status400BadRequest, MediaType = "text/html")]
    [Answers(StatusCodes.Status422UnprocessableEntity, MediaType = "text/html")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "oauth/callback/{system}")] HttpRequest request, string system, CancellationToken cancellation)
    {
        var isImplicit = systems.Find(system)?.Catalog.Grant == OAuthGrant.Implicit;
        if (isImplicit && !request.Query.ContainsKey("error")) return FragmentPage.Create();

        // Twice the same parameter is nobody's answer: the first of each is taken, which is what was signed for, if any was.
        var answer = request.Query.ToImmutableDictionary(parameter => parameter.Key, parameter => parameter.Value[0] ?? "");
        return (await consent.FinishAsync(request, system, answer, cancellation)).ToPage();
    }
}
