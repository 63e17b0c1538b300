using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.App.Sync;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <summary>The look-up lists by which values are mapped, as they were read last.</summary>
public sealed class ListReferences(Finder finder, ReferenceLists references)
{
    [Function(nameof(ListReferences))]
    [Needs(Role.Viewer)]
    [Answers(typeof(ListView<ReferenceList>))]
    [Asks("continuation", "limit")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/tenants/{tenant}/flows/{flow}/references")] HttpRequest request,
        string tenant,
        string flow,
        CancellationToken cancellation)
    {
        var found = await finder.FlowAsync(tenant, flow, cancellation);
        var page = (await references.GetAsync(found.Key, cancellation)).Page(list => list.ValueMap, request.Text("continuation"), request.Limit(Query.MaxLimit));
        return Json.Ok(new ListView<ReferenceList>(page.Items, page.Continuation));
    }
}
