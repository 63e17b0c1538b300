using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.Connectors;

namespace SyncFunctions.App.Connect;

/// <summary>Takes the fragment of the implicit grant from the callback page.</summary>
public sealed class OAuthCallbackPost(Consent consent, Systems systems)
{
    public sealed record Body(string? Fragment)
    {
        /// <summary>No secret in a log.</summary>
        public override string ToString() => nameof(Body);
    }

    /// <param name="Back">The connection in the dashboard, for those who have signed in there.</param>
    public sealed record Result(bool Connected, string Title, string Text, string? Back);

    [Function(nameof(OAuthCallbackPost))]
    [Open("The state and the cookie of the browser that began.")]
    [Answers(typeof(Result))]
    [Answers(StatusCodes.Status400BadRequest, typeof(Result))]
    [Answers(StatusCodes.Status422UnprocessableEntity, typeof(Result))]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "oauth/callback/{system}")] HttpRequest request, string system, CancellationToken cancellation)
    {
        if (systems.Find(system)?.Catalog.Grant != OAuthGrant.Implicit) throw ProblemException.NotFound("callback");
        var body = await JsonBody.ReadAsync<Body>(request, cancellation);
        var answer = QueryHelpers.ParseQuery(body.Fragment ?? "").ToImmutableDictionary(value => value.Key, value => value.Value[0] ?? "");
        var outcome = await consent.FinishAsync(request, system, answer, cancellation);
        return new JsonAnswer<Result>(outcome.Status, new Result(outcome.Connected, outcome.Title, outcome.Text, outcome.Back));
    }
}
