using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

public sealed class ListConnections(Finder finder, ConnectionStore connections, ConnectionViews views)
{
    [Function(nameof(ListConnections))]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "manage/v1/tenants/{tenant}/connections")] HttpRequest request,
        string tenant,
        CancellationToken cancellation)
    {
        var owner = await finder.TenantAsync(tenant, cancellation);
        var found = await connections.ListAsync(owner.Id, cancellation);
        return Json.Ok(new ListView<ConnectionView>(await Task.WhenAll(found.Select(connection => views.OfAsync(connection.Value, cancellation)))));
    }
}
