using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.App.Sync;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <summary>Makes the value that lost a conflict the value of both sides.</summary>
public sealed class RestoreConflict(Finder finder, LinkTools tools)
{
    /// <param name="By">Who restores it, for the record.</param>
    public sealed record Body(string? By);

    [Function(nameof(RestoreConflict))]
    [Needs(Role.Member, Act.Records)]
    [Answers(typeof(PushView))]
    [Refuses("already-done", "cannot-link", "changed-meanwhile", "vendor-refused")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "manage/v1/tenants/{tenant}/flows/{flow}/conflicts/{conflict}/restore")] HttpRequest request,
        string tenant,
        string flow,
        string conflict,
        CancellationToken cancellation)
    {
        var found = await finder.FlowAsync(tenant, flow, cancellation);
        var by = request.HasJsonContentType() ? (await JsonBody.ReadAsync<Body>(request, cancellation)).By : null;
        new BodyCheck().Name("#/by", by).Refuse();
        return Json.Ok(PushView.Of((await tools.RestoreAsync(found.Key, new ConflictId(conflict), by, cancellation)).Require()));
    }
}
