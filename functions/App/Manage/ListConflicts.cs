using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <summary>The conflicts of a flow, newest first: all, or those of a kind, a field or a link.</summary>
public sealed class ListConflicts(Finder finder, ConflictStore conflicts)
{
    [Function(nameof(ListConflicts))]
    [Needs(Role.Viewer)]
    [Answers(typeof(ListView<ConflictView>))]
    [Asks("continuation", "field", "kind", "limit", "link")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/tenants/{tenant}/flows/{flow}/conflicts")] HttpRequest request,
        string tenant,
        string flow,
        CancellationToken cancellation)
    {
        var found = await finder.FlowAsync(tenant, flow, cancellation);
        var filter = new ConflictFilter { Kind = request.Text("kind"), Field = request.Text("field"), Link = request.Text("link") is { } link ? new LinkId(link) : null };
        var page = await conflicts.ListAsync(found.Key, filter, request.Text("continuation"), request.Limit(), cancellation);
        return Json.Ok(new ListView<ConflictView>([.. page.Items.Select(ConflictView.Of)], page.Continuation));
    }
}
