using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.App.Sync;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <summary>Creates a record in the other system, and links the two.</summary>
public sealed class CreateCounterpart(Finder finder, ManualTools tools)
{
    /// <param name="Side">The side that has the record.</param>
    public sealed record Body([property: Must] string? Kind, [property: Must] Side? Side, [property: Must] string? RecordId);

    [Function(nameof(CreateCounterpart))]
    [Needs(Role.Member, Act.Records)]
    [Answers(StatusCodes.Status201Created, typeof(ManualDone))]
    [Refuses("cannot-link", "changed-meanwhile", "vendor-refused")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "manage/v1/tenants/{tenant}/flows/{flow}/counterparts")] HttpRequest request,
        string tenant,
        string flow,
        CancellationToken cancellation)
    {
        var found = await finder.FlowAsync(tenant, flow, cancellation);
        var body = await JsonBody.ReadAsync<Body>(request, cancellation);
        new BodyCheck().Require("#/side", body.Side).Require("#/recordId", body.RecordId).Refuse();
        var result = await tools.CreateCounterpartAsync(found.Key, found.Kind(body.Kind).Name, body.Side!.Value, body.RecordId!, cancellation);
        return Json.Created(result.Require());
    }
}
