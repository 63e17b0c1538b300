using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Manage;
using SyncFunctions.State;

namespace SyncFunctions.App.Data;

/// <summary>All that is stored of a tenant, but for secrets, as a zip file with a list of what is in it.</summary>
public sealed class ExportTenant(Finder finder, TenantHoldings holdings, TimeProvider time)
{
    [Function(nameof(ExportTenant))]
    [Needs(Role.Administrator, Act.People)]
    [Answers(StatusCodes.Status200OK, MediaType = TenantExport.MediaType)]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/tenants/{tenant}/export")] HttpRequest request, string tenant, CancellationToken cancellation) =>
        new TenantExport(await finder.TenantAsync(tenant, cancellation), holdings, time.GetUtcNow());
}
