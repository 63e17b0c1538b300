using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Connections;
using SyncFunctions.App.Problems;
using SyncFunctions.Connectors;

namespace SyncFunctions.App.Manage;

public sealed class PutConnectionToken(Finder finder, SignIns signIns, ConnectionViews views)
{
    public sealed record Body(string? Token)
    {
        /// <summary>No secret in a log.</summary>
        public override string ToString() => nameof(Body);
    }

    [Function(nameof(PutConnectionToken))]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Function, "put", Route = "manage/v1/tenants/{tenant}/connections/{connection}/token")] HttpRequest request,
        string tenant,
        string connection,
        CancellationToken cancellation)
    {
        var found = (await finder.ConnectionAsync(tenant, connection, cancellation)).Value;
        var body = await JsonBody.ReadAsync<Body>(request, cancellation);
        new BodyCheck().Require("#/token", body.Token).Token(body.Token).Refuse();
        var result = await signIns.ConnectAsync(found, new Credentials("token", body.Token!), cancellation);
        return Json.Ok(await views.OfAsync(result.Require(views.CatalogOf(found)), cancellation));
    }
}
