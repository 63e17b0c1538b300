using Microsoft.DurableTask.Client;
using SyncFunctions.App.Hooks;
using SyncFunctions.App.Problems;
using SyncFunctions.App.Sync;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <summary>Changes stored flows. As they are switched they are put on or taken off the schedule, and vendors are told to call or not to.</summary>
public sealed class FlowSwitch(Finder finder, FlowStore flows, FlowRuns runs, RunControl control, DueStore due, HookCare hooks)
{
    public const int MaxPollSeconds = 24 * 60 * 60;

    /// <summary>Applies a change to what is stored, again where somebody else was faster.</summary>
    /// <param name="client">Where the change may switch the flow off: what runs is stopped by it.</param>
    public async Task<Flow> ChangeAsync(string tenant, string flow, Func<FoundFlow, Flow> change, CancellationToken cancellation, DurableTaskClient? client = null)
    {
        while (true)
        {
            var found = await finder.FlowAsync(tenant, flow, cancellation);
            var changed = change(found);
            if (changed.Enabled && found.Flow.DisconnectedAt is not null) throw new ProblemException(ProblemType.Disconnected, "The flow was disconnected for good; make another one.");
            if (await flows.ReplaceAsync(found.Stored with { Value = changed }, cancellation) is not { } saved) continue;
            await ScheduleAsync(found.Flow, saved.Value, cancellation);
            if (client is not null && !saved.Value.Enabled) await control.StopAllAsync(saved.Value.Key, client, cancellation);
            if (HookRoutes.IsServed(found.Flow) != HookRoutes.IsServed(saved.Value)) await hooks.TendAsync(saved.Value, cancellation);
            return saved.Value;
        }
    }

    /// <summary>What is on, and due at once because it was just switched on, asked for another interval or new, is polled now.</summary>
    public async Task ScheduleAsync(Flow? before, Flow after, CancellationToken cancellation)
    {
        if (!after.Enabled) await due.RemoveAsync(after.Key, cancellation);
        else if (before is not { Enabled: true } || before.Mode != after.Mode || before.PollEvery != after.PollEvery) await runs.GoLiveAsync(after.Key, cancellation);

        // Whoever switched it on before may have died before it was on the schedule.
        else if (after.Mode == FlowMode.Continuous && await due.GetAsync(after.Key, cancellation) is null) await runs.GoLiveAsync(after.Key, cancellation);
    }

    public static BodyCheck PollSeconds(BodyCheck check, int? seconds) =>
        check.When(seconds is < 1 or > MaxPollSeconds, "#/pollEverySeconds", $"A flow is polled every 1 to {MaxPollSeconds} seconds.");
}
