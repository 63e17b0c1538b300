using Microsoft.DurableTask.Client;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>Starts the comprehensive runs that are due, and reads look-up lists again. They have a lane of their own, so that live changes are not held up.</summary>
public sealed class SweepSchedule(FlowStore flows, FlowRuns runs, SweepFigures figures, BudgetStore budgets, IntegrationLog log, TimeProvider time)
{
    /// <summary>A run that failed is tried again after this.</summary>
    public static readonly TimeSpan AfterFailure = TimeSpan.FromHours(1);

    public async Task RunAsync(FlowContext flow, DurableTaskClient client, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        if (flow.State.Guard(Lane.Sweep)?.Value is { Paused: true }) return;
        if (ReferenceLists.IsDue(flow, now))
        {
            // One thing at a time in this lane: what else is due follows at the next poll.
            await runs.RequestAsync(flow.Key, RunMode.Reference, "schedule", client, cancellation);
            return;
        }

        if (SweepPlan.NextAt(flow.Settings.SweepEvery, flow.Flow.WentLiveAt, flow.Flow.SweptAt, flow.Flow.SweepNotBefore) is not { } next || next > now) return;
        if (await TooDearAsync(flow, now, cancellation) is { } why)
        {
            var tomorrow = new DateTimeOffset(now.UtcDateTime.Date.AddDays(1), TimeSpan.Zero);
            await flows.ChangeAsync(flow.Key, found => found with { SweepNotBefore = tomorrow }, cancellation);
            await log.AppendAsync(flow.Key, [new LogEntry(now, LogSeverity.Warning, "sweep-postponed", why) { WhatToDo = "Deletions and missed changes are found by a comprehensive run only: start one by hand when the calls can be spared, or let it run more seldom (sweepEvery)." }], cancellation);
            return;
        }

        await runs.RequestAsync(flow.Key, RunMode.Comprehensive, "schedule", client, cancellation);
    }

    /// <returns>A sentence where a vendor's budget for today cannot afford it.</returns>
    private async Task<string?> TooDearAsync(FlowContext flow, DateTimeOffset now, CancellationToken cancellation)
    {
        foreach (var side in Sides.Both)
        {
            if (BudgetPlan.DailyCalls(flow.On(side)) is not { } limit) continue;
            var scope = flow.On(side).Scope;
            var used = await budgets.ReadAsync(scope.Tenant, scope.Connection, DateOnly.FromDateTime(now.UtcDateTime), cancellation);
            var calls = await figures.CallsAsync(flow, side, cancellation);
            if (!SweepPlan.CanAfford(calls, used, limit))
                return $"The comprehensive run that is due takes about {calls} calls to {flow.On(side).Connector.Catalog.DisplayName}, which has {Math.Max(0, limit - used)} of {limit} left today. It waits until tomorrow.";
        }

        return null;
    }
}
