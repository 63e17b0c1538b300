using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

public sealed class GetTenant(Finder finder)
{
    [Function(nameof(GetTenant))]
    [Needs(Role.Viewer)]
    [Answers(typeof(TenantView), Tagged = true)]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/tenants/{tenant}")] HttpRequest request, string tenant, CancellationToken cancellation) =>
        TenantView.Of(await finder.TenantAsync(tenant, cancellation)).ToAnswer();
}
