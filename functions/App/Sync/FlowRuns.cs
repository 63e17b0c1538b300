using System.Collections.Immutable;
using System.Diagnostics;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using SyncFunctions.App.Orchestrations;
using SyncFunctions.Connectors;
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

    /// <summary>The trigger of a person, who is told where a run is not possible now instead of being kept waiting.</summary>
    public const string ByHand = "manual";

    /// <summary>A guard that is not renewed for so long belongs to a run that died.</summary>
    public static readonly TimeSpan GuardTime = TimeSpan.FromMinutes(15);

    /// <summary>Work in place is short, and nothing goes on with it after a crash: its guard is soon free again.</summary>
    public static readonly TimeSpan InPlaceGuardTime = TimeSpan.FromMinutes(1);

    /// <summary>Long enough for two calls, one after the other, to the system that takes its time.</summary>
    public static TimeSpan InPlaceGuardTimeOf(FlowContext flow) => Sides.Both.Select(side => 2 * flow.On(side).Connector.Catalog.RequestTimeout).Append(InPlaceGuardTime).Max();

    /// <summary>Between taking the guard and starting the orchestration a process may die; after this it did.</summary>
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(30);

    /// <summary>Asks for a run; refused unless the lane is idle, or only waits for somebody to begin what was asked for.</summary>
    /// <param name="kinds">Only these; all if none is named.</param>
    public Task<RunRequestResult> RequestAsync(FlowKey flow, RunMode mode, string trigger, DurableTaskClient client, CancellationToken cancellation, params ImmutableArray<string> kinds) =>
        RequestAsync(flow, mode, trigger, null, client, kinds, cancellation);

    /// <summary>Asks for a dry run by hand.</summary>
    /// <param name="settings">What it plans with; null: what the flow has.</param>
    public Task<RunRequestResult> RequestPlanAsync(FlowKey flow, FlowSettings? settings, ImmutableArray<string> kinds, DurableTaskClient client, CancellationToken cancellation) =>
        RequestAsync(flow, RunMode.DryRun, ByHand, settings, client, kinds, cancellation);

    private async Task<RunRequestResult> RequestAsync(
        FlowKey flow, RunMode mode, string trigger, FlowSettings? settings, DurableTaskClient client, ImmutableArray<string> kinds, CancellationToken cancellation)
    {
        var stored = (await flows.GetAsync(flow, cancellation) ?? throw new InvalidOperationException($"There is no flow {flow}.")).Value;
        if (trigger == ByHand && await flows.GetGuardAsync(flow, LaneOf(mode), cancellation) is { Value: { IsAsked: true } asked }) return BusyWith(asked);
        var (guard, busy) = await TakeAsync(flow, mode, RunStatus.InQueue, trigger, GuardTime, cancellation);
        if (guard is null && await FreeOfDeadRunAsync(flow, LaneOf(mode), client, cancellation)) (guard, busy) = await TakeAsync(flow, mode, RunStatus.InQueue, trigger, GuardTime, cancellation);
        if (guard is not { } held) return busy!;
        var withWork = mode == RunMode.Delta && stored.Mode != FlowMode.Continuous;
        return await StartAsync(SyncRunInput.Begin(flow, held.Value.Run!.Value, held.Value.Epoch, mode, pairs[stored.Pair], kinds) with { WithWork = withWork }, trigger, client, cancellation, settings);
    }

    /// <summary>A run of these projects alone, if the lane of live changes is free.</summary>
    public async Task<RunRequestResult> RequestProjectsAsync(FlowKey flow, IReadOnlyCollection<LinkId> projects, string trigger, DurableTaskClient client, CancellationToken cancellation)
    {
        var stored = (await flows.GetAsync(flow, cancellation) ?? throw new InvalidOperationException($"There is no flow {flow}.")).Value;
        var (guard, busy) = await TakeAsync(flow, RunMode.Delta, RunStatus.InQueue, trigger, GuardTime, cancellation);
        if (guard is not { } held) return busy!;
        return await StartAsync(SyncRunInput.BeginProjects(flow, held.Value.Run!.Value, held.Value.Epoch, pairs[stored.Pair], projects), trigger, client, cancellation);
    }

    private async Task<RunRequestResult> StartAsync(SyncRunInput input, string trigger, DurableTaskClient client, CancellationToken cancellation, FlowSettings? settings = null)
    {
        SyncTrace.Found();
        using var span = SyncTrace.Start("run", ActivityKind.Producer)?.SetTag("sync.flow", input.Flow).SetTag("sync.run", input.Run).SetTag("sync.mode", input.Mode.ToString());
        input = input with { Trace = SyncTrace.Parent };
        var run = new RunId(input.Run);
        await runs.InsertAsync(new Run(input.Key, run, LaneOf(input.Mode), input.Mode.ToString(), trigger, time.GetUtcNow()) { Settings = settings }, cancellation);
        await ScheduleAsync(input, client, cancellation);
        return new RunRequestResult.Started(run);
    }

    /// <summary>Starts the orchestration of a run that holds its guard.</summary>
    internal static Task ScheduleAsync(SyncRunInput input, DurableTaskClient client, CancellationToken cancellation) =>
        client.ScheduleNewOrchestrationInstanceAsync(
            new TaskName(nameof(SyncRun)), input, new StartOrchestrationOptions(InstanceId(input.Key, new RunId(input.Run), input.Epoch)), cancellation);

    /// <summary>Keeps a trigger that comes while a run is under way: the lane is looked at again when that has ended.</summary>
    public async Task AskAsync(FlowKey flow, RunMode mode, string trigger, CancellationToken cancellation)
    {
        while (true)
        {
            var before = await flows.GetGuardAsync(flow, LaneOf(mode), cancellation);
            var asked = RunStatusMachine.Ask(before?.Value, LaneOf(mode), mode.ToString(), trigger, time.GetUtcNow());
            if (asked == before?.Value) return;
            if (await flows.ReplaceGuardAsync(flow, asked, before?.ETag, cancellation) is null) continue;
            if (asked.IsAsked) await due.PutAsync(flow, time.GetUtcNow(), cancellation);
            return;
        }
    }

    /// <summary>What was asked for has been looked at, and there was nothing to do.</summary>
    internal Task WithdrawAsync(FlowKey flow, Versioned<Guard> asked, CancellationToken cancellation) =>
        flows.ReplaceGuardAsync(flow, RunStatusMachine.Withdraw(asked.Value, time.GetUtcNow()), asked.ETag, cancellation);

    /// <summary>A guard whose orchestration never started, or ended without giving it back, holds up nobody.</summary>
    internal async Task<bool> FreeOfDeadRunAsync(FlowKey flow, Lane lane, DurableTaskClient client, CancellationToken cancellation)
    {
        if (await flows.GetGuardAsync(flow, lane, cancellation) is not { } held || held.Value is not { Run: { } run, Mode: { } mode, Paused: false } || held.Value.Trigger == InPlace) return false;
        var instance = await client.GetInstanceAsync(InstanceId(flow, run, held.Value.Epoch), cancellation);
        if (instance is null ? time.GetUtcNow() - held.Value.Since < StartTime : !instance.IsCompleted) return false;
        if (instance is null && await runs.GetAsync(flow, run, cancellation) is { Value.Resume: { } resume })
        {
            // It was about to be resumed: it rests again, and nothing of it is lost.
            await journal.PauseAsync(flow, run, resume, time.GetUtcNow(), cancellation);
            await flows.ReplaceGuardAsync(flow, RunStatusMachine.Pause(held.Value, "It could not be resumed.", time.GetUtcNow()), held.ETag, cancellation);
            return false;
        }

        await journal.EndAsync(flow, run, "It did not start, or ended without a word.", time.GetUtcNow(), cancellation);
        await ReleaseAsync(flow, Enum.Parse<RunMode>(mode), run, held.Value.Epoch, cancellation);
        return true;
    }

    /// <summary>Makes the next poll take note of what is there, after which the flow is live.</summary>
    public Task GoLiveAsync(FlowKey flow, CancellationToken cancellation) => due.PutAsync(flow, time.GetUtcNow(), cancellation);

    public static Lane LaneOf(RunMode mode) => mode switch
    {
        RunMode.Import or RunMode.Inventory => Lane.Import,
        RunMode.Comprehensive or RunMode.Reference or RunMode.DryRun => Lane.Sweep,
        _ => Lane.Live,
    };

    /// <summary>A run that was paused goes on in another instance: its epoch tells them apart.</summary>
    internal static string InstanceId(FlowKey flow, RunId run, long epoch) => $"{InstancePrefix(flow)}{run}-{epoch}";

    internal static string InstancePrefix(FlowKey flow) => $"{flow.Tenant}-{flow.Flow}-";

    /// <summary>Takes the guard of a lane for a new run, if it is idle or its holder died.</summary>
    internal async Task<(Versioned<Guard>? Guard, RunRequestResult.Busy? Busy)> TakeAsync(
        FlowKey flow, RunMode mode, RunStatus status, string trigger, TimeSpan lease, CancellationToken cancellation)
    {
        var run = new RunId(ids.NewId());
        if (await flows.TryTakeAsync(flow, LaneOf(mode), run, status, mode.ToString(), trigger, lease, cancellation) is { } taken) return (taken, null);
        var holder = await flows.GetGuardAsync(flow, LaneOf(mode), cancellation);
        return (null, BusyWith(holder?.Value ?? new Guard(LaneOf(mode), RunStatus.Syncing, null, 0, time.GetUtcNow(), null, mode.ToString(), trigger, null)));
    }

    /// <summary>Says that a run is under way, if it still holds its guard, and renews the guard when half of its time has gone.</summary>
    /// <returns>When the guard may be another's; null where it is already.</returns>
    internal async Task<DateTimeOffset?> HeldUntilAsync(FlowState state, RunMode mode, RunId run, long epoch, CancellationToken cancellation)
    {
        if (state.Guard(LaneOf(mode)) is not { } held || held.Value.Run != run || held.Value.Epoch != epoch) return null;
        if (held.Value is { Status: RunStatus.Syncing, Until: { } until } && until - time.GetUtcNow() > GuardTime / 2) return until;
        var renewed = await flows.TryTakeAsync(state.Flow.Value.Key, LaneOf(mode), run, RunStatus.Syncing, held.Value.Mode, held.Value.Trigger, GuardTime, cancellation);
        return renewed?.Value.Epoch == epoch ? renewed.Value.Value.Until : null;
    }

    /// <summary>
    /// The last act of a run: back to idle, unless the guard is somebody else's by now. What was asked for meanwhile is looked at without a
    /// further event, after a restart too: it is kept with the guard, and the flow is due.
    /// </summary>
    internal async Task ReleaseAsync(FlowKey flow, RunMode mode, RunId run, long epoch, CancellationToken cancellation)
    {
        while (await flows.GetGuardAsync(flow, LaneOf(mode), cancellation) is { } held && held.Value.Run == run && held.Value.Epoch == epoch)
        {
            var free = RunStatusMachine.Finish(held.Value, time.GetUtcNow(), TimeSpan.Zero);
            if (await flows.ReplaceGuardAsync(flow, free, held.ETag, cancellation) is null) continue;
            if (free.IsAsked) await due.PutAsync(flow, time.GetUtcNow(), cancellation);
            return;
        }
    }

    private static RunRequestResult.Busy BusyWith(Guard guard) => new(guard.Status, guard.Since, RunText.Of(guard));
}
