using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>When a flow is polled next, so that the daily budgets of both its vendors last.</summary>
public sealed class BudgetPlan(BudgetStore budgets, TimeProvider time)
{
    public async Task<PollPlan> NextPollAsync(FlowContext flow, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var wanted = flow.Flow.PollEvery ?? TimeSpan.Zero;
        var plan = PollPlan.For(now, wanted, 0, null, 0);
        foreach (var side in Sides.Both)
        {
            if (DailyCalls(flow.On(side)) is not { } limit) continue;
            var scope = flow.On(side).Scope;
            var used = await budgets.ReadAsync(scope.Tenant, scope.Connection, DateOnly.FromDateTime(now.UtcDateTime), cancellation);
            var ofSide = PollPlan.For(now, wanted, used, limit, CallsPerPoll(flow, side), flow.On(side).Connector.Catalog.CountsByHour);
            if (ofSide.Next > plan.Next) plan = ofSide;
        }

        return plan;
    }

    public static int? DailyCalls(SideContext side) =>
        side.Scope.Settings.TryGetValue("plan", out var plan) && side.Connector.Catalog.DailyCalls.TryGetValue(plan, out var limit) ? limit : null;

    public static int CallsPerPoll(FlowContext flow, Side side) => flow.Pair.TopKinds.Count(kind => flow.Listens(kind, side));
}
