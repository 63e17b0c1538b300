using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.Pairs;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <summary>All flows at a glance: in step or not, since when, what is under way, and what needs a person.</summary>
public sealed class GetOverview(Finder finder, FlowStore flows, ConnectionStore connections, RunStore runs, WaitingCounts counts, PairCatalog pairs, Systems systems, TimeProvider time)
{
    private const int AtOnce = 8;

    [Function(nameof(GetOverview))]
    [Needs(Role.Viewer)]
    [Answers(typeof(TenantOverview), Tagged = true)]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/tenants/{tenant}/overview")] HttpRequest request, string tenant, CancellationToken cancellation)
    {
        var caller = request.Caller();
        var owner = await finder.TenantAsync(tenant, cancellation);
        var accounts = (await connections.ListAsync(owner.Id, cancellation)).ToDictionary(connection => connection.Value.Id, connection => connection.Value);
        var found = (await flows.LoadAllAsync(owner.Id, cancellation)).Where(flow => caller.MaySee(flow.Flow.Key.Flow)).ToList();
        var views = new OverviewFlow[found.Count];
        await Concurrent.ForAsync(found.Count, AtOnce, async (i, cancel) => views[i] = await ViewAsync(found[i], accounts, cancel), cancellation);
        var overview = new TenantOverview(views);
        return Json.Tagged(overview, overview);
    }

    private async Task<OverviewFlow> ViewAsync(FlowSummary flow, IReadOnlyDictionary<ConnectionId, StoredConnection> accounts, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var held = flow.State.Guards.Select(guard => guard.Value).FirstOrDefault(guard => guard.IsHeld(now));
        var run = held?.Run is { } id ? await runs.GetAsync(flow.Flow.Key, id, cancellation) : null;
        return OverviewFlow.Of(flow, [.. Sides.Both.Select(side => SideOf(flow.Flow, side, accounts))], await counts.OfAsync(flow, cancellation), run?.Value, now);
    }

    private OverviewSide SideOf(Flow flow, Side side, IReadOnlyDictionary<ConnectionId, StoredConnection> accounts)
    {
        var account = accounts[flow.ConnectionOn(side)];
        var system = side == Side.Left ? pairs[flow.Pair].LeftSystem : pairs[flow.Pair].RightSystem;
        return new OverviewSide(side, account.Id.Value, account.Name, system, systems[system].Catalog.DisplayName, account.Health, account.HealthDetail);
    }
}
