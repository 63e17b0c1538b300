using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.People;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.SignIn;

/// <summary>A link by which somebody who has lost their password chooses another, where none can be mailed: once and within half an hour.</summary>
public sealed class CreatePasswordLink(LostPasswords lost, TimeProvider time)
{
    public sealed record Body([property: Must] string? Email);

    public sealed record View(Uri Link, DateTimeOffset ExpiresAt)
    {
        /// <summary>No secret in a log.</summary>
        public override string ToString() => nameof(View);
    }

    [Function(nameof(CreatePasswordLink))]
    [Needs(Role.Operator)]
    [Answers(StatusCodes.Status201Created, typeof(View), ShownOnce = true)]
    public async Task<IActionResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "manage/v1/password-links")] HttpRequest request, CancellationToken cancellation)
    {
        var body = await JsonBody.ReadAsync<Body>(request, cancellation);
        new BodyCheck().Require("#/email", body.Email).Email("#/email", body.Email).Refuse();
        return Json.Created(new View(await lost.NewLinkAsync(request, body.Email!, cancellation), time.GetUtcNow() + LostPasswords.Lifetime));
    }
}
