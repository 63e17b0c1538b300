using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Problems;

namespace SyncFunctions.App.Manage;

public sealed class GetTenant(Finder finder)
{
    [Function(nameof(GetTenant))]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "manage/v1/tenants/{tenant}")] HttpRequest request, string tenant, CancellationToken cancellation) =>
        Json.Ok(TenantView.Of(await finder.TenantAsync(tenant, cancellation)));
}
