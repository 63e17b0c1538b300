using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Problems;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

public sealed class CreateTenant(TenantStore tenants, TimeProvider time)
{
    public sealed record Body(string? Id, string? Name);

    [Function(nameof(CreateTenant))]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "manage/v1/tenants")] HttpRequest request, CancellationToken cancellation)
    {
        var body = await JsonBody.ReadAsync<Body>(request, cancellation);
        new BodyCheck().Id(body.Id).Require("#/name", body.Name).Name("#/name", body.Name).Refuse();
        var tenant = new Tenant(TenantId.Parse(NewId.Choose(body.Id)), body.Name!, time.GetUtcNow());
        return await tenants.InsertAsync(tenant, cancellation)
            ? Json.Created(TenantView.Of(tenant))
            : throw new ProblemException(ProblemType.AlreadyExists, $"There is a tenant {tenant.Id} already.");
    }
}
