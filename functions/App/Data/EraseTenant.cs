using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.Data;

/// <summary>Takes away all that is stored of a tenant, for good. Its flows stop at once; the rest is done after this answer.</summary>
public sealed class EraseTenant(Finder finder, TenantErasure erasure)
{
    /// <param name="Confirm">The tenant's name, as it stands.</param>
    public sealed record Body([property: Must] string? Confirm);

    [Function(nameof(EraseTenant))]
    [Needs(Role.Administrator, Act.People)]
    [Answers(StatusCodes.Status202Accepted, typeof(ErasureView))]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "manage/v1/tenants/{tenant}/erase")] HttpRequest request, string tenant, CancellationToken cancellation)
    {
        var found = await finder.TenantAsync(tenant, cancellation);
        var body = await JsonBody.ReadAsync<Body>(request, cancellation);
        new BodyCheck().When(body.Confirm != found.Name, "#/confirm", $"To confirm, give the name of what is to be erased: {found.Name}").Refuse();
        return Json.Accepted(ErasureView.Of(await erasure.BeginAsync(found.Id, cancellation)));
    }
}
