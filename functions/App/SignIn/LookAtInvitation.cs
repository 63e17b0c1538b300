using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.SignIn;

/// <summary>What an invitation is to, for whoever has its code. It does not use it up.</summary>
public sealed class LookAtInvitation(MemberStore members, TenantStore tenants, SignInSettings settings)
{
    public sealed record Body([property: Must] string? Code)
    {
        /// <summary>No secret in a log.</summary>
        public override string ToString() => nameof(Body);
    }

    public sealed record TenantName(string Id, string Name);

    public sealed record View(TenantName Tenant, Role Role, string? Email, string? Name, SignInWays Ways);

    [Function(nameof(LookAtInvitation))]
    [Open("The code of the invitation.")]
    [Answers(typeof(View))]
    [Refuses("not-found")]
    public async Task<IActionResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "session/invitation")] HttpRequest request, CancellationToken cancellation)
    {
        var body = await JsonBody.ReadAsync<Body>(request, cancellation);
        new BodyCheck().Require("#/code", body.Code).Refuse();
        var offer = (await members.FindInvitationAsync(Keys.OfSecret(body.Code!), cancellation))?.Value ?? throw ProblemException.NotFound("invitation, or it was used already");
        var tenant = await tenants.GetAsync(offer.Tenant, cancellation) ?? throw ProblemException.NotFound("invitation");
        var issuerOnly = (await members.AccessAsync(offer.Tenant, cancellation)).Value.IssuerOnly;
        return Json.Ok(new View(new TenantName(tenant.Id.Value, tenant.Name), offer.Role, offer.Email, offer.Name, settings.Ways with { Local = settings.Local && !issuerOnly }));
    }
}
