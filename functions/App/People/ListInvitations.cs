using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.People;

/// <summary>Invitations that nobody has used yet, the newest first.</summary>
public sealed class ListInvitations(Finder finder, MemberStore members)
{
    [Function(nameof(ListInvitations))]
    [Needs(Role.Administrator, Act.People)]
    [Answers(typeof(ListView<InvitationView>))]
    [Asks("continuation", "limit")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/tenants/{tenant}/invitations")] HttpRequest request, string tenant, CancellationToken cancellation)
    {
        var owner = await finder.TenantAsync(tenant, cancellation);
        var open = await members.InvitationsAsync(owner.Id, cancellation);
        var page = open.OrderByDescending(invitation => invitation.CreatedAt).Page(invitation => invitation.Id, request.Text("continuation"), request.Limit(Query.MaxLimit));
        return Json.Ok(new ListView<InvitationView>([.. page.Items.Select(InvitationView.Of)], page.Continuation));
    }
}
