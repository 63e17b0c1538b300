using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.App.Sync;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <summary>Links two records by hand, whatever was said of them before.</summary>
public sealed class LinkRecords(Finder finder, ManualTools tools)
{
    public sealed record Body([property: Must] string? Kind, [property: Must] string? LeftId, [property: Must] string? RightId);

    [Function(nameof(LinkRecords))]
    [Needs(Role.Member, Act.Records)]
    [Answers(StatusCodes.Status201Created, typeof(ManualDone))]
    [Refuses("cannot-link", "changed-meanwhile", "vendor-refused")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "manage/v1/tenants/{tenant}/flows/{flow}/links")] HttpRequest request,
        string tenant,
        string flow,
        CancellationToken cancellation)
    {
        var found = await finder.FlowAsync(tenant, flow, cancellation);
        var body = await JsonBody.ReadAsync<Body>(request, cancellation);
        new BodyCheck().Require("#/leftId", body.LeftId).Require("#/rightId", body.RightId).Refuse();
        return Json.Created((await tools.LinkAsync(found.Key, found.Kind(body.Kind).Name, body.LeftId!, body.RightId!, cancellation)).Require());
    }
}
