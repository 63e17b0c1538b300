using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.People;

/// <summary>Takes an invitation back: its link is worth nothing from now on.</summary>
public sealed class EndInvitation(Finder finder, MemberStore members)
{
    [Function(nameof(EndInvitation))]
    [Needs(Role.Administrator, Act.People)]
    [Answers(StatusCodes.Status204NoContent)]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "manage/v1/tenants/{tenant}/invitations/{invitation}")] HttpRequest request,
        string tenant,
        string invitation,
        CancellationToken cancellation)
    {
        var owner = await finder.TenantAsync(tenant, cancellation);
        return await members.TakeBackInvitationAsync(owner.Id, invitation, cancellation) ? new NoContentResult() : throw ProblemException.NotFound("invitation");
    }
}
