using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

public sealed class PatchTenant(Finder finder, TenantStore tenants)
{
    /// <param name="RecordsApi">Whether other systems may post records to the tenant's flows, each by its own key.</param>
    public sealed record Body(string? Name, bool? RecordsApi);

    [Function(nameof(PatchTenant))]
    [Needs(Role.Administrator, Act.Settings)]
    [Answers(typeof(TenantView), Tagged = true)]
    [Refuses("changed-since")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "manage/v1/tenants/{tenant}")] HttpRequest request, string tenant, CancellationToken cancellation)
    {
        var body = await JsonBody.ReadAsync<Body>(request, cancellation);
        new BodyCheck().Name("#/name", body.Name).Refuse();
        var found = await finder.TenantAsync(tenant, cancellation);
        var changed = await tenants.ChangeAsync(found.Id, stored =>
        {
            Revision.Begin(request, TenantView.Of(stored));
            return stored with { Name = body.Name ?? stored.Name, RecordsApi = body.RecordsApi ?? stored.RecordsApi };
        }, cancellation);
        return TenantView.Of(changed ?? throw ProblemException.NotFound("tenant")).ToAnswer();
    }
}
