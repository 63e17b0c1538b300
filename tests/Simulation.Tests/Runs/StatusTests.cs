using SyncFunctions.App.Sync;
using SyncFunctions.Engine;
using SyncFunctions.Simulation.Vendors;
using SyncFunctions.State;

namespace SyncFunctions.Simulation.Tests.Runs;

public sealed class StatusTests
{
    [Fact]
    public void Poll_WhileSomethingRuns_IsKeptAndFollowsIt() => RunWorld.Live(0, world =>
    {
        world.Change(flow => flow with { PollEvery = TimeSpan.FromHours(12) });
        var lease = TimeSpan.FromHours(1);
        var held = world.Observe(() => world.Get<FlowStore>().TryTakeAsync(world.Key, Lane.Live, new RunId("other"), RunStatus.Syncing, nameof(RunMode.Delta), FlowRuns.InPlace, lease, CancellationToken.None))!.Value;
        world.CreateCompany(1);
        world.Observe(() => Due(world));
        world.RunFor(20);

        var kept = Guard(world);
        (kept.Status, kept.Run, kept.RequestedMode).ShouldBe((RunStatus.Syncing, new RunId("other"), "Delta"), world.Story);
        world.Right.Live("accounts").ShouldBeEmpty();

        world.Observe(() => Replace(world, RunStatusMachine.Finish(kept, world.Service.Clock.Now, TimeSpan.Zero)));
        Guard(world).Status.ShouldBe(RunStatus.Requested);
        world.RunFor(5);

        world.Right.Live("accounts").Count().ShouldBe(1, world.Story);
        Guard(world).Status.ShouldBe(RunStatus.Idle);
        _ = held;
    });

    [Fact]
    public void Requested_NothingToDo_BecomesIdle() => RunWorld.Live(0, world =>
    {
        world.Observe(async () =>
        {
            await world.Get<FlowRuns>().AskAsync(world.Key, RunMode.Delta, "hook", CancellationToken.None);
            return 0;
        });
        Guard(world).Status.ShouldBe(RunStatus.Requested);

        world.RunFor(3);

        Guard(world).Status.ShouldBe(RunStatus.Idle);
        world.Runs(RunMode.Delta).ShouldBeEmpty();
    });

    [Fact]
    public void Manual_WhileOneIsRequested_IsRefused() => RunWorld.Live(0, world =>
    {
        world.Observe(async () =>
        {
            await world.Get<FlowRuns>().AskAsync(world.Key, RunMode.Comprehensive, "hook", CancellationToken.None);
            return 0;
        });
        RunRequestResult? result = null;
        world.Do(async app => result = await world.Get<FlowRuns>().RequestAsync(world.Key, RunMode.Comprehensive, FlowRuns.ByHand, app.Durable, CancellationToken.None), minutes: 0.1);

        result.ShouldBeOfType<RunRequestResult.Busy>().Status.ShouldBe(RunStatus.Requested);
    });

    [Fact]
    public void Project_ChangedInItsCoolDown_WaitsForItsEndAndGoesOnByItself() => RunWorld.Live(0, world =>
    {
        var project = world.Left.Create("projects", FieldSet.Of(("code", FieldValue.Of("p")), ("name", FieldValue.Of("House")), ("active", new FieldValue.Flag(true)), ("phase", FieldValue.Of("one"))), Actor.User);
        world.RunFor(60);
        Phase(world).ShouldBe("one", world.Story);
        world.Left.Edit(project, FieldSet.Of(("phase", FieldValue.Of("two"))), Actor.User);
        world.RunFor(5);
        Phase(world).ShouldBe("two", world.Story);

        world.Left.Edit(project, FieldSet.Of(("phase", FieldValue.Of("three"))), Actor.User);
        world.RunFor(10);
        Phase(world).ShouldBe("two", world.Story);
        var link = world.Links(new LinkScope(world.Key, "project")).Single();
        var guard = Guard(world, link.Id);
        guard.Status.ShouldBe(RunStatus.Requested, world.Story);
        guard.NotBefore!.Value.ShouldBeGreaterThan(world.Service.Clock.Now);

        // Only its run cools down.
        var other = world.CreateCompany(1);
        world.RunFor(4);
        world.Right.Live("accounts").Count().ShouldBe(1);
        world.RunFor(30);

        Phase(world).ShouldBe("three", world.Story);
        Guard(world, link.Id).Status.ShouldBe(RunStatus.Idle);
        _ = other;
    }, settings: chosen => chosen with { CoolDown = TimeSpan.FromMinutes(30), SweepEvery = TimeSpan.Zero });

    private static string Phase(RunWorld world) => world.Right.Live("jobs").Single().Get("phase").ToString()!;

    private static Guard Guard(RunWorld world) => world.Observe(() => world.Get<FlowStore>().GetGuardAsync(world.Key, Lane.Live, CancellationToken.None))!.Value.Value;

    private static Guard Guard(RunWorld world, LinkId project) => world.Observe(() => world.Get<ProjectStore>().GetAsync(world.Key, project, CancellationToken.None))!.Value.Value.Guard!;

    private static async Task<int> Due(RunWorld world)
    {
        await world.Get<DueStore>().PutAsync(world.Key, world.Service.Clock.Now, CancellationToken.None);
        return 0;
    }

    private static async Task<int> Replace(RunWorld world, Guard guard)
    {
        var stored = await world.Get<FlowStore>().GetGuardAsync(world.Key, Lane.Live, CancellationToken.None);
        await world.Get<FlowStore>().ReplaceGuardAsync(world.Key, guard, stored!.Value.ETag, CancellationToken.None);
        return 0;
    }
}
