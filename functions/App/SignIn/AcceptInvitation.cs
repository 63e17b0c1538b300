using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Connect;
using SyncFunctions.App.Contract;
using SyncFunctions.App.People;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.SignIn;

/// <summary>
/// Makes whoever opened an invitation a member: with a password at once, which is that of the account where there is one already;
/// otherwise by way of the issuer, whose address is answered.
/// </summary>
public sealed class AcceptInvitation(
    SignInSettings settings, MemberStore members, PersonStore people, Passwords passwords, Joining joining, Sessions sessions, IssuerSignIn issuer, PublicAddress address, TimeProvider time)
{
    private const string WithPassword = "This member is required, as there is no issuer to say it.";

    public sealed record Body([property: Must] string? Code, string? Name, string? Email, string? Password)
    {
        /// <summary>No secret in a log.</summary>
        public override string ToString() => nameof(Body);
    }

    /// <param name="Redirect">Where the browser is to go to sign in by the issuer; null where it is signed in.</param>
    public sealed record View(string Tenant, Uri? Redirect);

    [Function(nameof(AcceptInvitation))]
    [Open("The code of the invitation; only pages of the app itself may send it.")]
    [Answers(typeof(View))]
    [Refuses("not-allowed", "not-found", "sign-in-refused", "too-many-requests")]
    public async Task<IActionResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "session/invitation/accept")] HttpRequest request, CancellationToken cancellation)
    {
        SameOrigin.Require(request, address);
        var body = await JsonBody.ReadAsync<Body>(request, cancellation);
        new BodyCheck().Require("#/code", body.Code).Refuse();
        var invitation = await members.FindInvitationAsync(Keys.OfSecret(body.Code!), cancellation) ?? throw ProblemException.NotFound("invitation, or it was used already");
        var tenant = invitation.Value.Tenant.Value;
        if (body.Password is null && settings.Issuer is not null) return Json.Ok(new View(tenant, await issuer.BeginAsync(request, returnTo: null, body.Code, cancellation)));
        if (!settings.Local) throw new ProblemException(ProblemType.NotAllowed, "Passwords are not taken here: accept the invitation by signing in by your organisation.");

        var person = await PersonAsync(request, body, cancellation);
        if (await joining.JoinAsync(request, invitation, person, cancellation) is { } refusal) throw new ProblemException(ProblemType.NotAllowed, refusal);
        await sessions.BeginAsync(request, person, person.IsOperator, cancellation);
        request.HttpContext.Features.Set(request.Caller() with { Tenant = invitation.Value.Tenant });
        return Json.Ok(new View(tenant, Redirect: null));
    }

    private async Task<Person> PersonAsync(HttpRequest request, Body body, CancellationToken cancellation)
    {
        var check = new BodyCheck().When(string.IsNullOrEmpty(body.Email), "#/email", WithPassword).Email("#/email", body.Email);
        Passwords.Check(check, "#/password", body.Password).Refuse();
        var subject = Passwords.Subject(body.Email!);
        if (await people.GetAsync(PersonId.Of(Person.Local, subject), cancellation) is not null) return (await passwords.RequireAsync(request, subject, body.Password!, cancellation)).Value;
        new BodyCheck().When(string.IsNullOrEmpty(body.Name), "#/name", WithPassword).Name("#/name", body.Name).Refuse();
        return new Person(Person.Local, subject, body.Name!) { Email = subject, PasswordHash = Passwords.Hash(body.Password!), CreatedAt = time.GetUtcNow() };
    }
}
