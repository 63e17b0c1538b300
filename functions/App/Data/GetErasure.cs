using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Data;

/// <summary>How far a tenant is taken away, or that it was. For the operator: the tenant itself has nobody any more who could ask.</summary>
public sealed class GetErasure(ErasureStore erasures)
{
    [Function(nameof(GetErasure))]
    [Needs(Role.Operator)]
    [Answers(typeof(ErasureView))]
    public async Task<IActionResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/erasures/{erased}")] HttpRequest request, string erased, CancellationToken cancellation) =>
        TenantId.TryParse(erased, out var tenant) && await erasures.GetAsync(tenant, cancellation) is { } found ? Json.Ok(ErasureView.Of(found.Value)) : throw ProblemException.NotFound("erasure");
}
