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

/// <param name="Why">What runs or waits, for a person; null when idle.</param>
/// <param name="NotBefore">The next run, or the one that waits, begins no earlier.</param>
/// <param name="Requested">What was asked for meanwhile and follows the run that is under way.</param>
public sealed record LaneView(Lane Lane, RunStatus Status, DateTimeOffset? Since, string? Why, string? Run, DateTimeOffset? NotBefore = null, bool Paused = false, string? Requested = null)
{
    public static LaneView Of(Lane lane, Guard? guard, DateTimeOffset now)
    {
        if (guard is null) return new LaneView(lane, RunStatus.Idle, null, null, null);

        // A worker that died left its guard behind: whoever comes next takes it over, so the lane is as good as idle.
        var died = guard.Run is not null && guard.Status != RunStatus.Idle && !guard.IsHeld(now);
        return guard.Status == RunStatus.Idle || died
            ? new LaneView(lane, RunStatus.Idle, died ? guard.Until : guard.Since, null, null, guard.NotBefore > now ? guard.NotBefore : null)
            : new LaneView(lane, guard.Status, guard.Since, RunText.Of(guard), guard.Run?.Value, guard.NotBefore, guard.Paused, guard.RequestedMode?.ToLowerInvariant());
    }
}

/// <param name="Status">Of the lane that is busiest.</param>
public sealed record FlowStatusView(
    RunStatus Status,
    DateTimeOffset? Since,
    string? Why,
    IReadOnlyList<LaneView> Lanes,
    bool Enabled,
    DateTimeOffset? WentLiveAt,
    DateTimeOffset? NextDueAt,
    string PollPlan,
    SideBudget[] Budgets,
    IReadOnlyDictionary<string, int> Work,
    RunView? LastRun,
    IReadOnlyList<BrakeView> Brakes,
    DateTimeOffset? NextSweepAt,
    DateTimeOffset? DisconnectedAt);

public sealed record SideBudget(Side Side, string Connection, ConnectionHealth Health, string? HealthDetail, BudgetView? Budget);

public sealed class GetFlowStatus(
    Finder finder, FlowContexts contexts, DueStore due, RunStore runs, WaitingCounts counts, ConnectionStore connections, ConnectionViews views, BrakeViews brakes, TimeProvider time)
{
    [Function(nameof(GetFlowStatus))]
    [Needs(Role.Viewer)]
    [Answers(typeof(FlowStatusView))]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/tenants/{tenant}/flows/{flow}/status")] HttpRequest request,
        string tenant,
        string flow,
        CancellationToken cancellation)
    {
        var found = await finder.FlowAsync(tenant, flow, cancellation);
        var context = await contexts.LoadAsync(found.Key, cancellation) ?? throw ProblemException.NotFound("flow");
        var now = time.GetUtcNow();
        var lanes = Enum.GetValues<Lane>().Select(lane => LaneView.Of(lane, context.State.Guard(lane)?.Value, now)).ToList();
        var busiest = lanes.MaxBy(lane => lane.Status)!;
        var newest = (await runs.ListAsync(found.Key, null, 1, cancellation)).Items;
        return Json.Ok(new FlowStatusView(
            busiest.Status,
            busiest.Since,
            busiest.Why,
            lanes,
            context.Flow.Enabled,
            context.Flow.WentLiveAt,
            await due.GetAsync(found.Key, cancellation),
            PollPlanText.Of(context, now),
            await Task.WhenAll(Sides.Both.Select(side => BudgetAsync(context, side, cancellation))),
            await counts.WorkAsync(found.Key, found.Pair.Kinds, cancellation),
            newest is [var last] ? RunView.Of(last, now) : null,
            [.. (await brakes.AllAsync(found, cancellation)).Where(brake => brake.Since is not null)],
            context.Flow.Enabled ? SweepPlan.NextAt(context.Settings.SweepEvery, context.Flow.WentLiveAt, context.Flow.SweptAt, context.Flow.SweepNotBefore) : null,
            context.Flow.DisconnectedAt));
    }

    private async Task<SideBudget> BudgetAsync(FlowContext flow, Side side, CancellationToken cancellation)
    {
        var connection = (await connections.GetAsync(flow.Key.Tenant, flow.Flow.ConnectionOn(side), cancellation))!.Value.Value;
        return new SideBudget(side, connection.Id.Value, connection.Health, connection.HealthDetail, await views.BudgetAsync(connection, cancellation));
    }
}
