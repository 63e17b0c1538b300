using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

public sealed class ListTenants(TenantStore tenants)
{
    [Function(nameof(ListTenants))]
    [Needs(Role.Operator)]
    [Answers(typeof(ListView<TenantView>))]
    [Asks("continuation", "limit")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/tenants")] HttpRequest request, CancellationToken cancellation)
    {
        var page = (await tenants.ListAsync(cancellation)).Page(tenant => tenant.Id.Value, request.Text("continuation"), request.Limit(Query.MaxLimit));
        return Json.Ok(new ListView<TenantView>([.. page.Items.Select(TenantView.Of)], page.Continuation));
    }
}
