using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

public sealed class ListConnections(Finder finder, ConnectionStore connections, SeenConnections seen, ConnectionViews views)
{
    [Function(nameof(ListConnections))]
    [Needs(Role.Viewer)]
    [Answers(typeof(ListView<ConnectionView>))]
    [Asks("continuation", "limit")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/tenants/{tenant}/connections")] HttpRequest request,
        string tenant,
        CancellationToken cancellation)
    {
        var owner = await finder.TenantAsync(tenant, cancellation);
        var isKnown = await seen.KnownAsync(request.Caller(), owner.Id, cancellation);
        var found = await connections.ListAsync(owner.Id, cancellation);
        var page = found.Where(connection => isKnown(connection.Value.Id)).Page(connection => connection.Value.Id.Value, request.Text("continuation"), request.Limit(Query.MaxLimit));
        return Json.Ok(new ListView<ConnectionView>(await Task.WhenAll(page.Items.Select(connection => views.OfAsync(connection.Value, cancellation))), page.Continuation));
    }
}
