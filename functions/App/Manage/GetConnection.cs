using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Problems;

namespace SyncFunctions.App.Manage;

public sealed class GetConnection(Finder finder, ConnectionViews views)
{
    [Function(nameof(GetConnection))]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "manage/v1/tenants/{tenant}/connections/{connection}")] HttpRequest request,
        string tenant,
        string connection,
        CancellationToken cancellation) =>
        Json.Ok(await views.OfAsync((await finder.ConnectionAsync(tenant, connection, cancellation)).Value, cancellation));
}
