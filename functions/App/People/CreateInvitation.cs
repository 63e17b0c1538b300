using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Connect;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.People;

/// <summary>A link by which somebody becomes a member of the tenant, once and within a week. The tenant's first is how its onboarding begins.</summary>
public sealed class CreateInvitation(Finder finder, MemberStore members, AccessNotices notices, PublicAddress address, TimeProvider time)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(7);

    /// <param name="Email">Whom it is for; without, it is for whoever has the link.</param>
    public sealed record Body([property: Must] Role? Role, IReadOnlyList<string>? Groups, string? Email, string? Name);

    [Function(nameof(CreateInvitation))]
    [Needs(Role.Administrator, Act.People)]
    [Answers(StatusCodes.Status201Created, typeof(InvitationView), ShownOnce = true)]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "manage/v1/tenants/{tenant}/invitations")] HttpRequest request, string tenant, CancellationToken cancellation)
    {
        var (caller, owner) = (request.Caller(), await finder.TenantAsync(tenant, cancellation));
        var body = await JsonBody.ReadAsync<Body>(request, cancellation);
        var access = (await members.AccessAsync(owner.Id, cancellation)).Value;
        new BodyCheck().Require("#/role", body.Role).Grant(body.Role, body.Groups, access).Email("#/email", body.Email).Name("#/name", body.Name).Refuse();
        ImmutableArray<string> groups = [.. (body.Groups ?? []).Distinct()];
        Grants.Require(caller, body.Role!.Value, groups);

        var (code, now) = (BrowserCookie.NewSecret(), time.GetUtcNow());
        var invitation = new MemberInvitation(owner.Id, NewId.Choose(null), Keys.OfSecret(code), body.Role.Value, caller.Name)
        {
            Groups = groups,
            Email = body.Email,
            Name = body.Name,
            CreatedAt = now,
            ExpiresAt = now + Lifetime,
        };
        await members.InviteAsync(invitation, cancellation);
        await notices.RaiseAsync(owner.Id, null, $"{body.Name ?? body.Email ?? "Somebody"} was invited as {Json.ToNode(invitation.Role)}", caller.Name);
        return Json.Created(InvitationView.Of(invitation) with { Link = address.Page(request, $"/invitation/{code}") });
    }
}
