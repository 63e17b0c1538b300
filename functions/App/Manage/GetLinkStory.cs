using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <summary>What happened to one link and to what lives inside its records, newest first, with the vendor calls for them that failed.</summary>
public sealed class GetLinkStory(Finder finder, LinkStore links, IntegrationLog log, ApiCallLog calls)
{
    /// <summary>So many of the newest failed calls are looked through.</summary>
    private const int SearchedCalls = 1000;

    public sealed record View(LinkView Link, IReadOnlyList<LogView> Log, IReadOnlyList<ApiCallView> ApiCalls, string? Continuation);

    [Function(nameof(GetLinkStory))]
    [Needs(Role.Viewer)]
    [Answers(typeof(View))]
    [Asks("continuation", "limit")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/tenants/{tenant}/flows/{flow}/links/{kind}/{link}/story")] HttpRequest request,
        string tenant,
        string flow,
        string kind,
        string link,
        CancellationToken cancellation)
    {
        var found = await finder.FlowAsync(tenant, flow, cancellation);
        var id = new LinkId(link);
        if (found.Pair.FindKind(kind) is not { } map || !(await links.LoadAsync(found.Links(map), [id], cancellation)).TryGetValue(id, out var stored)) throw ProblemException.NotFound("link");
        var page = await log.ListAsync(found.Key, new LogFilter { Link = id }, request.Text("continuation"), request.Limit(), cancellation);
        var failed = new List<ApiCallView>();
        foreach (var side in Sides.Both)
        {
            if (stored.Value.IdOn(side) is not { } record) continue;
            var connection = found.Flow.ConnectionOn(side);
            var newest = await calls.ListAsync(found.Key.Tenant, connection, null, SearchedCalls, cancellation);
            failed.AddRange(newest.Items.Where(call => Names(call.Path, record)).Select(call => ApiCallView.Of(connection.Value, call)));
        }

        return Json.Ok(new View(LinkView.Of(stored.Value), [.. page.Items.Select(LogView.Of)], [.. failed.OrderByDescending(call => call.At)], page.Continuation));
    }

    private static bool Names(string path, string record) => path.Split('/').Contains(Uri.EscapeDataString(record));
}
