using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.Connectors;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

public sealed class InviteToConnection(Finder finder, ConnectionViews views)
{
    [Function(nameof(InviteToConnection))]
    [Needs(Role.Administrator, Act.Connections)]
    [Answers(typeof(ConnectionView), ShownOnce = true)]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "manage/v1/tenants/{tenant}/connections/{connection}/invitation")] HttpRequest request,
        string tenant,
        string connection,
        CancellationToken cancellation)
    {
        var found = (await finder.ConnectionAsync(tenant, connection, cancellation)).Value;
        return views.CatalogOf(found).Grant == OAuthGrant.None
            ? throw new ProblemException(ProblemType.InvalidRequest, "This system has no consent page: its token is typed in.")
            : Json.Ok(await views.InvitedAsync(found, request, cancellation));
    }
}
