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

/// <param name="LeftName">What people call its record, as the two last agreed.</param>
/// <param name="Lock">Changes of the other side are held until then.</param>
/// <param name="Reason">Why it is in its state.</param>
public sealed record LinkView(string Id, string Kind, LinkState State, string? LeftId, string LeftName, string? RightId, string RightName, LoopLock? Lock, string? Reason, bool Final)
{
    public static LinkView Of(Link link) =>
        new(link.Id.Value, link.Kind, link.State, link.LeftId, link.LabelOn(Side.Left), link.RightId, link.LabelOn(Side.Right), link.Lock, link.Reason, link.Final);
}

/// <summary>All links of a kind, those that a search finds by the name or id of either record, or the one of a record.</summary>
public sealed class ListLinks(Finder finder, LinkStore links, TimeProvider time)
{
    /// <summary>A search goes through so many links before it answers with what it has, and where to go on.</summary>
    private const int MostSearched = 5000;

    [Function(nameof(ListLinks))]
    [Needs(Role.Viewer)]
    [Answers(typeof(ListView<LinkView>))]
    [Asks("continuation", "kind", "leftId", "limit", "locked", "rightId", "search", "state")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/tenants/{tenant}/flows/{flow}/links")] HttpRequest request,
        string tenant,
        string flow,
        CancellationToken cancellation)
    {
        var found = await finder.FlowAsync(tenant, flow, cancellation);
        var scope = found.Links(found.Kind(request.Text("kind"), "?kind"));
        var (left, right) = (request.Text("leftId"), request.Text("rightId"));
        if (left is not null && right is not null) throw Query.Invalid("leftId", "given alone, without rightId");
        if ((left ?? right) is { } record) return Json.Ok(new ListView<LinkView>(await OfRecordAsync(scope, left is null ? Side.Right : Side.Left, record, cancellation)));
        var search = request.Text("search") is { } text ? new SearchText(text) : null;
        var (state, locked, now) = (request.Choice<LinkState>("state"), request.Text("locked") == "true", time.GetUtcNow());
        var page = await links.SearchAsync(scope, IsWanted, request.Text("continuation"), request.Limit(), MostSearched, cancellation);
        return Json.Ok(new ListView<LinkView>([.. page.Items.Select(LinkView.Of)], page.Continuation));

        bool IsWanted(Link link) => (state is null || link.State == state) && (!locked || link.Lock?.Until > now) && (search is null || search.Finds(link));
    }

    private async Task<IReadOnlyList<LinkView>> OfRecordAsync(LinkScope scope, Side side, string record, CancellationToken cancellation)
    {
        var entries = await links.FindAsync(scope, side, [record], cancellation);
        var ids = entries.Values.Select(entry => entry.Value.Link).OfType<LinkId>().ToList();
        return [.. (await links.LoadAsync(scope, ids, cancellation)).Values.Select(link => LinkView.Of(link.Value))];
    }
}
