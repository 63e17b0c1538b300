using SyncFunctions.App.Sync;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.Simulation.Core;

/// <summary>What polls, runs and sweeps of the service do, one after the other and without the service.</summary>
internal sealed class CoreSync(CoreWorld world, FlowKey key)
{
    private static readonly CancellationToken None = CancellationToken.None;

    private long _runs;

    /// <summary>Changes since the cursors, then the work that is due.</summary>
    public async Task DeltaAsync()
    {
        var flow = await LoadAsync();
        var run = NewRun();
        foreach (var kind in flow.Pair.TopKinds.Where(kind => flow.Settings.Kind(kind.Name).Enabled)) await WalkAsync(flow, kind, RunMode.Delta, run, since: true);
        await WorkAsync(await LoadAsync(), run);
    }

    /// <summary>Every record of both sides, and then what is no longer there.</summary>
    public async Task SweepAsync()
    {
        var flow = await LoadAsync();
        var run = NewRun();
        await world.Get<RunStore>().InsertAsync(new Run(key, run, Lane.Sweep, nameof(RunMode.Comprehensive), "simulation", world.Clock.Now), None);
        foreach (var kind in flow.Pair.TopKinds.Where(kind => flow.Settings.Kind(kind.Name).Enabled))
        {
            // A walk that did not come to its end says nothing about what is missing.
            if (!await WalkAsync(flow, kind, RunMode.Comprehensive, run, since: false)) continue;
            await world.Get<GoneSync>().RunAsync(new WorkScope(flow, kind, RunMode.Comprehensive, run, _runs), None);
        }

        await world.Get<SweepStore>().DeleteRunAsync(key, run, None);
        await WorkAsync(await LoadAsync(), run);
    }

    /// <summary>A person looks at what the brakes hold, and says that it is meant so.</summary>
    public async Task ConfirmAsync()
    {
        foreach (var kind in (await LoadAsync()).Pair.TopKinds) await world.Get<Brakes>().ConfirmAsync(new LinkScope(key, kind.Name), None);
    }

    private async Task WorkAsync(FlowContext flow, RunId run)
    {
        var now = world.Clock.Now;
        foreach (var hint in flow.State.Hints.Where(hint => hint.Value.DueAt <= now))
        {
            if (flow.Pair.FindKind(hint.Value.Kind) is not { } kind) continue;
            await world.Get<WorkSync>().RunAsync(new WorkScope(flow, kind, RunMode.Delta, run, _runs), hint, None);
        }
    }

    /// <returns>Whether it came to its end.</returns>
    private async Task<bool> WalkAsync(FlowContext flow, KindMap kind, RunMode mode, RunId run, bool since)
    {
        var scope = new WorkScope(flow, kind, mode, run, _runs);
        var parents = new List<LinkId>();
        var walk = KindWalk.Begin(kind.Name);
        var cursorsWait = false;
        while (!walk.Done)
        {
            var step = await world.Get<PageSync>().StepAsync(scope, walk, since, None);
            parents.AddRange(step.Parents.Select(parent => new LinkId(parent)));
            if (step.Failure is not null)
            {
                await InsidesAsync(flow, kind, mode, run, parents);
                return false;
            }

            walk = step.Walk;
            cursorsWait = step.CursorsWait;
        }

        await InsidesAsync(flow, kind, mode, run, parents);
        if (cursorsWait) await world.Get<PageSync>().SaveCursorsAsync(scope, walk, None);
        return true;
    }

    private async Task InsidesAsync(FlowContext flow, KindMap kind, RunMode mode, RunId run, IReadOnlyList<LinkId> parents)
    {
        if (parents.Count == 0) return;
        foreach (var inside in flow.Pair.Inside(kind).Where(inside => flow.Settings.Kind(inside.Name).Enabled))
        {
            await world.Get<BatchSync>().RunInsideAsync(new WorkScope(flow, inside, mode, run, _runs), [.. parents.Distinct()], None);
        }
    }

    private async Task<FlowContext> LoadAsync() =>
        await world.Get<FlowContexts>().LoadAsync(key, None) ?? throw new InvalidOperationException("The flow is not there.");

    private RunId NewRun() => new($"run-{++_runs}");
}
