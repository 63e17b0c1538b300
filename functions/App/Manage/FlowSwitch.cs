using SyncFunctions.App.Problems;
using SyncFunctions.App.Sync;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <summary>Changes stored flows, and puts them on or takes them off the schedule as they are switched.</summary>
public sealed class FlowSwitch(Finder finder, FlowStore flows, FlowRuns runs, DueStore due)
{
    public const int MaxPollSeconds = 24 * 60 * 60;

    /// <summary>Applies a change to what is stored, again where somebody else was faster.</summary>
    public async Task<Flow> ChangeAsync(string tenant, string flow, Func<FoundFlow, Flow> change, CancellationToken cancellation)
    {
        while (true)
        {
            var found = await finder.FlowAsync(tenant, flow, cancellation);
            if (await flows.ReplaceAsync(found.Stored with { Value = change(found) }, cancellation) is not { } saved) continue;
            await ScheduleAsync(found.Flow, saved.Value, cancellation);
            return saved.Value;
        }
    }

    /// <summary>What is on, and due at once because it was just switched on, asked for another interval or new, is polled now.</summary>
    public async Task ScheduleAsync(Flow? before, Flow after, CancellationToken cancellation)
    {
        if (!after.Enabled) await due.RemoveAsync(after.Key, cancellation);
        else if (before is not { Enabled: true } || before.Mode != after.Mode || before.PollEvery != after.PollEvery) await runs.GoLiveAsync(after.Key, cancellation);
    }

    public static BodyCheck PollSeconds(BodyCheck check, int? seconds) =>
        check.When(seconds is < 1 or > MaxPollSeconds, "#/pollEverySeconds", $"A flow is polled every 1 to {MaxPollSeconds} seconds.");
}
