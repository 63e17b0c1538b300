using System.Text.Json;
using Microsoft.DurableTask.Client;
using SyncFunctions.App.Orchestrations;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

public enum RunControlResult
{
    Done,

    /// <summary>There is no such run.</summary>
    Unknown,

    /// <summary>It has ended, or is not paused.</summary>
    NotNow,
}

/// <summary>
/// Pause, resume and cancel. A run that is under way is told by its row and looks at it at every step; a paused one is nothing but its row and
/// its guard, so that it holds no worker and survives whatever restarts.
/// </summary>
public sealed class RunControl(FlowStore flows, RunStore runs, RunJournal journal, FlowRuns flowRuns, IntegrationLog log, TimeProvider time)
{
    /// <summary>Why a run rests that is resumed when its flow is switched on.</summary>
    public const string SwitchedOff = "The flow is switched off.";

    /// <summary>The event that wakes a run which waits for a vendor.</summary>
    internal const string Ordered = "ordered";

    public async Task<RunControlResult> OrderAsync(FlowKey flow, RunId run, RunOrder order, string by, DurableTaskClient client, CancellationToken cancellation)
    {
        if (await journal.OrderAsync(flow, run, order, by, cancellation) is not { } told) return RunControlResult.Unknown;
        if (told is { PausedAt: not null, EndedAt: null } && order == RunOrder.Cancel) return await EndPausedAsync(told, by, cancellation);
        if (told.Order != order) return RunControlResult.NotNow;
        await WakeAsync(told, client, cancellation);
        return RunControlResult.Done;
    }

    public async Task<RunControlResult> ResumeAsync(FlowKey flow, RunId run, DurableTaskClient client, CancellationToken cancellation)
    {
        if (await runs.GetAsync(flow, run, cancellation) is not { } found) return RunControlResult.Unknown;
        if (found.Value is not { EndedAt: null, Resume: { } resume } paused) return RunControlResult.NotNow;
        if (await flows.GetGuardAsync(flow, paused.Lane, cancellation) is not { } guard || guard.Value.Run != run) return RunControlResult.NotNow;
        var resumed = guard.Value;
        if (resumed.Paused)
        {
            resumed = RunStatusMachine.Resume(resumed, time.GetUtcNow(), FlowRuns.GuardTime);
            if (await flows.ReplaceGuardAsync(flow, resumed, guard.ETag, cancellation) is null) return RunControlResult.NotNow;
        }
        else if (await client.GetInstanceAsync(FlowRuns.InstanceId(flow, run, resumed.Epoch), cancellation) is not null)
        {
            // Somebody resumed it already. Where that died before the orchestration was there, this goes on with it.
            return RunControlResult.NotNow;
        }

        await journal.ResumeAsync(flow, run, time.GetUtcNow(), cancellation);
        await FlowRuns.ScheduleAsync(JsonSerializer.Deserialize<SyncRunInput>(resume)! with { Epoch = resumed.Epoch, Failures = 0 }, client, cancellation);
        return RunControlResult.Done;
    }

    /// <summary>The flow is switched off: imports and sweeps rest, the others end; what they had not done is found by the next poll.</summary>
    public async Task StopAllAsync(FlowKey flow, DurableTaskClient client, CancellationToken cancellation)
    {
        foreach (var lane in Enum.GetValues<Lane>())
        {
            if (await flows.GetGuardAsync(flow, lane, cancellation) is not { Value: { Run: { } run, Paused: false } }) continue;
            await OrderAsync(flow, run, lane == Lane.Live ? RunOrder.Cancel : RunOrder.Pause, SwitchedOff, client, cancellation);
        }
    }

    /// <summary>The flow is on again: what rested because it was off goes on.</summary>
    public async Task ResumeAllAsync(FlowState state, DurableTaskClient client, CancellationToken cancellation)
    {
        foreach (var guard in state.Guards.Where(guard => guard.Value is { Paused: true, Detail: SwitchedOff, Run: not null }))
            await ResumeAsync(state.Flow.Value.Key, guard.Value.Run!.Value, client, cancellation);
    }

    /// <summary>The last act of a run that was told to rest: where it goes on is kept, then its guard says so.</summary>
    internal async Task RestAsync(SyncRunInput input, CancellationToken cancellation)
    {
        var run = new RunId(input.Run);
        var lane = FlowRuns.LaneOf(input.Mode);
        while (await flows.GetGuardAsync(input.Key, lane, cancellation) is { } held && IsHeldBy(held.Value, input) && !held.Value.Paused)
        {
            var row = await journal.PauseAsync(input.Key, run, JsonSerializer.Serialize(input), time.GetUtcNow(), cancellation);
            var why = row?.Detail ?? "Paused by hand.";
            if (await flows.ReplaceGuardAsync(input.Key, RunStatusMachine.Pause(held.Value, why, time.GetUtcNow()), held.ETag, cancellation) is null) continue;
            await log.AppendAsync(input.Key, [new LogEntry(time.GetUtcNow(), LogSeverity.Info, "run-paused", $"The {input.Mode.ToString().ToLowerInvariant()} run is paused. {why}") { RunId = run, WhatToDo = "Resume it when it is to go on; it goes on where it was." }], cancellation);
            return;
        }
    }

    /// <summary>A run that can go on at a known time keeps its guard until then.</summary>
    internal async Task WaitAsync(SyncRunInput input, DateTimeOffset until, string why, CancellationToken cancellation)
    {
        while (await flows.GetGuardAsync(input.Key, FlowRuns.LaneOf(input.Mode), cancellation) is { } held && IsHeldBy(held.Value, input) && !held.Value.Paused)
        {
            if (await flows.ReplaceGuardAsync(input.Key, RunStatusMachine.Wait(held.Value, until, why, time.GetUtcNow(), FlowRuns.GuardTime), held.ETag, cancellation) is not null) return;
        }
    }

    private static bool IsHeldBy(Guard guard, SyncRunInput input) => guard.Run == new RunId(input.Run) && guard.Epoch == input.Epoch;

    private async Task<RunControlResult> EndPausedAsync(Run paused, string by, CancellationToken cancellation)
    {
        if (await flows.GetGuardAsync(paused.Flow, paused.Lane, cancellation) is not { Value: { Paused: true } guard } || guard.Run != paused.Id) return RunControlResult.NotNow;
        await journal.EndAsync(paused.Flow, paused.Id, null, time.GetUtcNow(), cancellation, cancelled: true);
        await flowRuns.ReleaseAsync(paused.Flow, Enum.Parse<RunMode>(paused.Mode), paused.Id, guard.Epoch, cancellation);
        await log.AppendAsync(paused.Flow, [new LogEntry(time.GetUtcNow(), LogSeverity.Info, "run-cancelled", $"The {paused.Mode.ToLowerInvariant()} run was cancelled. {by} What was done stays done.") { RunId = paused.Id }], cancellation);
        return RunControlResult.Done;
    }

    /// <summary>It may sleep until tomorrow: then it looks at its orders now.</summary>
    private async Task WakeAsync(Run run, DurableTaskClient client, CancellationToken cancellation)
    {
        if (await flows.GetGuardAsync(run.Flow, run.Lane, cancellation) is not { Value: { Status: RunStatus.Requested } guard } || guard.Run != run.Id) return;
        await client.RaiseEventAsync(FlowRuns.InstanceId(run.Flow, run.Id, guard.Epoch), Ordered, cancellation);
    }
}
