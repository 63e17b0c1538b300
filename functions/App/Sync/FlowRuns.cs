using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using SyncFunctions.App.Orchestrations;
using SyncFunctions.Engine;
using SyncFunctions.Pairs;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

public abstract record RunRequestResult
{
    private RunRequestResult()
    {
    }

    public sealed record Started(RunId Run) : RunRequestResult;

    /// <summary>Something runs or waits already: since when and why.</summary>
    public sealed record Busy(RunStatus Status, DateTimeOffset Since, string Why) : RunRequestResult;
}

/// <summary>
/// Starts and ends runs. One run per flow and lane is guarded by a row that is only ever replaced if it is as it was read; its epoch
/// grows with every taking, so that a holder whose guard was taken over can be told apart.
/// </summary>
public sealed class FlowRuns(FlowStore flows, RunStore runs, RunJournal journal, DueStore due, PairCatalog pairs, IdSource ids, TimeProvider time)
{
    /// <summary>The trigger of a poll that is worked on where it was noticed, without an orchestration.</summary>
    public const string InPlace = "poll, in place";

    /// <summary>A guard that is not renewed for so long belongs to a run that died.</summary>
    public static readonly TimeSpan GuardTime = TimeSpan.FromMinutes(15);

    /// <summary>Work in place is short, and nothing goes on with it after a crash: its guard is soon free again.</summary>
    public static readonly TimeSpan InPlaceGuardTime = TimeSpan.FromMinutes(1);

    /// <summary>Between taking the guard and starting the orchestration a process may die; after this it did.</summary>
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(30);

    /// <summary>Asks for a run; refused unless the lane is idle.</summary>
    public async Task<RunRequestResult> RequestAsync(FlowKey flow, string mode, string trigger, DurableTaskClient client, CancellationToken cancellation)
    {
        var runMode = Enum.Parse<RunMode>(mode, ignoreCase: true);
        var pair = pairs[(await flows.GetAsync(flow, cancellation) ?? throw new InvalidOperationException($"There is no flow {flow}.")).Value.Pair];
        var (guard, busy) = await TakeAsync(flow, runMode, RunStatus.InQueue, trigger, GuardTime, cancellation);
        if (guard is null && await FreeOfDeadRunAsync(flow, LaneOf(runMode), client, cancellation)) (guard, busy) = await TakeAsync(flow, runMode, RunStatus.InQueue, trigger, GuardTime, cancellation);
        if (guard is not { } held) return busy!;
        var run = held.Value.Run!.Value;
        await runs.InsertAsync(new Run(flow, run, held.Value.Lane, runMode.ToString(), trigger, time.GetUtcNow()), cancellation);
        await client.ScheduleNewOrchestrationInstanceAsync(
            new TaskName(nameof(SyncRun)), SyncRunInput.Begin(flow, run, held.Value.Epoch, runMode, pair), new StartOrchestrationOptions(InstanceId(flow, run)), cancellation);
        return new RunRequestResult.Started(run);
    }

    /// <summary>A guard whose orchestration never started, or ended without giving it back, holds up nobody.</summary>
    internal async Task<bool> FreeOfDeadRunAsync(FlowKey flow, Lane lane, DurableTaskClient client, CancellationToken cancellation)
    {
        if (await flows.GetGuardAsync(flow, lane, null, cancellation) is not { } held || held.Value is not { Run: { } run, Mode: { } mode } || held.Value.Trigger == InPlace) return false;
        var instance = await client.GetInstanceAsync(InstanceId(flow, run), cancellation);
        if (instance is null ? time.GetUtcNow() - held.Value.Since < StartTime : !instance.IsCompleted) return false;
        await journal.EndAsync(flow, run, "It did not start, or ended without a word.", time.GetUtcNow(), cancellation);
        await ReleaseAsync(flow, Enum.Parse<RunMode>(mode), run, cancellation);
        return true;
    }

    /// <summary>Makes the next poll take note of what is there, after which the flow is live.</summary>
    public Task GoLiveAsync(FlowKey flow, CancellationToken cancellation) => due.PutAsync(flow, time.GetUtcNow(), cancellation);

    public static Lane LaneOf(RunMode mode) => mode switch
    {
        RunMode.Import or RunMode.Inventory => Lane.Import,
        RunMode.Comprehensive => Lane.Sweep,
        _ => Lane.Live,
    };

    private static string InstanceId(FlowKey flow, RunId run) => $"{flow.Tenant}-{flow.Flow}-{run}";

    /// <summary>Takes the guard of a lane for a new run, if it is idle or its holder died.</summary>
    internal async Task<(Versioned<Guard>? Guard, RunRequestResult.Busy? Busy)> TakeAsync(
        FlowKey flow, RunMode mode, RunStatus status, string trigger, TimeSpan lease, CancellationToken cancellation)
    {
        var run = new RunId(ids.NewId());
        if (await flows.TryTakeAsync(flow, LaneOf(mode), null, run, status, mode.ToString(), trigger, lease, cancellation) is { } taken) return (taken, null);
        var holder = await flows.GetGuardAsync(flow, LaneOf(mode), null, cancellation);
        return (null, BusyWith(holder?.Value ?? new Guard(LaneOf(mode), RunStatus.Syncing, null, 0, time.GetUtcNow(), null, mode.ToString(), trigger, null)));
    }

    /// <summary>Whether a run still holds its guard; says that it is under way, and renews the guard when half of its time has gone.</summary>
    internal async Task<bool> HoldsAsync(FlowState state, RunMode mode, RunId run, long epoch, CancellationToken cancellation)
    {
        if (state.Guard(LaneOf(mode)) is not { } held || held.Value.Run != run || held.Value.Epoch != epoch) return false;
        if (held.Value is { Status: RunStatus.Syncing, Until: { } until } && until - time.GetUtcNow() > GuardTime / 2) return true;
        return await flows.TryTakeAsync(state.Flow.Value.Key, LaneOf(mode), null, run, RunStatus.Syncing, held.Value.Mode, held.Value.Trigger, GuardTime, cancellation) is { } renewed &&
            renewed.Value.Epoch == epoch;
    }

    /// <summary>The last act of a run: back to idle, unless the guard is somebody else's by now.</summary>
    internal async Task ReleaseAsync(FlowKey flow, RunMode mode, RunId run, CancellationToken cancellation)
    {
        while (await flows.GetGuardAsync(flow, LaneOf(mode), null, cancellation) is { } held && held.Value.Run == run)
        {
            if (await flows.ReplaceGuardAsync(flow, RunStatusMachine.Finish(held.Value, time.GetUtcNow(), TimeSpan.Zero), held.ETag, cancellation) is not null) return;
        }
    }

    private static RunRequestResult.Busy BusyWith(Guard guard) =>
        new(guard.Status, guard.Since, $"A {guard.Mode?.ToLowerInvariant()} run ({guard.Trigger}) is {(guard.Status == RunStatus.Syncing ? "under way" : "waiting")}.");
}
