using Microsoft.DurableTask.Client;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Sync;

/// <summary>Asks for runs of projects. What is asked for is kept with the project, and done by the first run of the flow that may.</summary>
public sealed class ProjectRequests(ProjectStore store, FlowRuns runs, TimeProvider time)
{
    /// <summary>More wait for the next look.</summary>
    public const int MostAtOnce = 500;

    /// <summary>Keeps that these projects have changed.</summary>
    public Task AskAsync(FlowKey flow, IReadOnlyCollection<LinkId> projects, RunMode mode, string trigger, CancellationToken cancellation) => store.ChangeAsync(
        flow,
        projects,
        project => project with { Guard = RunStatusMachine.Ask(project.Guard, Lane.Live, mode.ToString(), trigger, time.GetUtcNow()) },
        cancellation);

    /// <summary>The projects that were asked for and may begin.</summary>
    public async Task<IReadOnlyList<LinkId>> DueAsync(FlowKey flow, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        return [.. (await store.RequestsAsync(flow, MostAtOnce, cancellation)).Where(request => request.IsDue(now)).Select(request => request.Link)];
    }

    /// <summary>A person wants this project synchronised: at once, or as soon as it may.</summary>
    /// <returns>The project as it is then; null where something runs or waits for it already.</returns>
    public async Task<Project?> ByHandAsync(FlowContext flow, LinkId project, RunMode mode, DurableTaskClient client, CancellationToken cancellation)
    {
        var refused = false;
        var asked = await store.ChangeAsync(
            flow.Key,
            project,
            found =>
            {
                refused = found.Guard is { Status: not RunStatus.Idle } guard && (guard.IsAsked || guard.IsHeld(time.GetUtcNow()));
                return refused ? found : found with { Guard = RunStatusMachine.Ask(found.Guard, Lane.Live, mode.ToString(), FlowRuns.ByHand, time.GetUtcNow()) };
            },
            cancellation);
        if (refused) return null;

        // Where another run has the lane, the next poll finds it.
        if (asked.Guard!.MayBegin(time.GetUtcNow())) await runs.RequestProjectsAsync(flow.Key, [project], "project", client, cancellation);
        return asked;
    }
}
