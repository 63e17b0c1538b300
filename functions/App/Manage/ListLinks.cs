using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Problems;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <param name="Lock">Changes of the other side are held until then.</param>
/// <param name="Reason">Why it is in its state.</param>
public sealed record LinkView(string Id, string Kind, LinkState State, string? LeftId, string? RightId, LoopLock? Lock, string? Reason)
{
    public static LinkView Of(Link link) => new(link.Id.Value, link.Kind, link.State, link.LeftId, link.RightId, link.Lock, link.Reason);
}

/// <summary>All links of a kind, or the one of a record.</summary>
public sealed class ListLinks(Finder finder, LinkStore links)
{
    [Function(nameof(ListLinks))]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "manage/v1/tenants/{tenant}/flows/{flow}/links")] HttpRequest request,
        string tenant,
        string flow,
        CancellationToken cancellation)
    {
        var found = await finder.FlowAsync(tenant, flow, cancellation);
        var scope = found.Links(found.Kind(request.Text("kind"), "?kind"));
        var (left, right) = (request.Text("leftId"), request.Text("rightId"));
        if (left is not null && right is not null) throw Query.Invalid("leftId", "given alone, without rightId");
        if ((left ?? right) is { } record) return Json.Ok(new ListView<LinkView>(await OfRecordAsync(scope, left is null ? Side.Right : Side.Left, record, cancellation)));
        var page = await links.LinksAsync(scope, request.Text("continuation"), request.Limit(), cancellation);
        return Json.Ok(new ListView<LinkView>([.. page.Items.Select(link => LinkView.Of(link.Value))], page.Continuation));
    }

    private async Task<IReadOnlyList<LinkView>> OfRecordAsync(LinkScope scope, Side side, string record, CancellationToken cancellation)
    {
        var entries = await links.FindAsync(scope, side, [record], cancellation);
        var ids = entries.Values.Select(entry => entry.Value.Link).OfType<LinkId>().ToList();
        return [.. (await links.LoadAsync(scope, ids, cancellation)).Values.Select(link => LinkView.Of(link.Value))];
    }
}
