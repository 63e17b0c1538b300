using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

public sealed class GetConnection(Finder finder, SeenConnections seen, ConnectionViews views)
{
    [Function(nameof(GetConnection))]
    [Needs(Role.Viewer)]
    [Answers(typeof(ConnectionView), Tagged = true)]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/tenants/{tenant}/connections/{connection}")] HttpRequest request,
        string tenant,
        string connection,
        CancellationToken cancellation)
    {
        var found = (await finder.ConnectionAsync(tenant, connection, cancellation)).Value;
        await seen.RequireAsync(request.Caller(), found.Tenant, found.Id, cancellation);
        return (await views.OfAsync(found, cancellation)).ToAnswer();
    }
}
