using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Problems;
using SyncFunctions.App.Sync;

namespace SyncFunctions.App.Manage;

/// <summary>Links two records by hand, whatever was said of them before.</summary>
public sealed class LinkRecords(Finder finder, ManualTools tools)
{
    public sealed record Body(string? Kind, string? LeftId, string? RightId);

    [Function(nameof(LinkRecords))]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "manage/v1/tenants/{tenant}/flows/{flow}/links")] HttpRequest request,
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
