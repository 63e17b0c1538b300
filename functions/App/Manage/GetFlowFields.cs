using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

public sealed class GetFlowFields(Finder finder)
{
    [Function(nameof(GetFlowFields))]
    [Needs(Role.Viewer)]
    [Answers(typeof(ListView<KindFields>))]
    [Asks("continuation", "limit")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/tenants/{tenant}/flows/{flow}/fields")] HttpRequest request,
        string tenant,
        string flow,
        CancellationToken cancellation)
    {
        var found = await finder.FlowAsync(tenant, flow, cancellation);
        var page = FieldTable.Of(found.Pair, found.Flow.Settings).Page(kind => kind.Kind, request.Text("continuation"), request.Limit(Query.MaxLimit));
        return Json.Ok(new ListView<KindFields>(page.Items, page.Continuation));
    }
}
