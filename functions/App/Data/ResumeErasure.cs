using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Data;

/// <summary>Has an erasure go on whose message was given up; one that has ended stays so.</summary>
public sealed class ResumeErasure(ErasureStore erasures, TenantErasure erasure)
{
    [Function(nameof(ResumeErasure))]
    [Needs(Role.Operator)]
    [Answers(StatusCodes.Status202Accepted, typeof(ErasureView))]
    public async Task<IActionResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "manage/v1/erasures/{erased}/resume")] HttpRequest request, string erased, CancellationToken cancellation)
    {
        if (!TenantId.TryParse(erased, out var tenant) || await erasures.GetAsync(tenant, cancellation) is not { } found) throw ProblemException.NotFound("erasure");
        if (found.Value.EndedAt is null) await erasure.ResumeAsync(tenant, cancellation);
        return Json.Accepted(ErasureView.Of(found.Value));
    }
}
