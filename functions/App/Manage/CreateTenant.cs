using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

public sealed class CreateTenant(TenantStore tenants, ErasureStore erasures, TimeProvider time)
{
    public sealed record Body(string? Id, [property: Must] string? Name);

    [Function(nameof(CreateTenant))]
    [Needs(Role.Operator)]
    [Answers(StatusCodes.Status201Created, typeof(TenantView))]
    [Refuses("already-exists")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "manage/v1/tenants")] HttpRequest request, CancellationToken cancellation)
    {
        var body = await JsonBody.ReadAsync<Body>(request, cancellation);
        new BodyCheck().Id(body.Id).Require("#/name", body.Name).Name("#/name", body.Name).Refuse();
        var tenant = new Tenant(TenantId.Parse(NewId.Choose(body.Id)), body.Name!, time.GetUtcNow());
        if (await erasures.GetAsync(tenant.Id, cancellation) is { Value.EndedAt: null }) throw new ProblemException(ProblemType.AlreadyExists, $"The tenant {tenant.Id} is being erased: wait until that has ended.");
        return await tenants.InsertAsync(tenant, cancellation)
            ? Json.Created(TenantView.Of(tenant))
            : throw new ProblemException(ProblemType.AlreadyExists, $"There is a tenant {tenant.Id} already.");
    }
}
