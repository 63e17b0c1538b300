using Microsoft.Extensions.DependencyInjection;
using SyncFunctions.App.Sync;
using SyncFunctions.Engine;
using SyncFunctions.Simulation.Service;
using SyncFunctions.Simulation.Vendors;
using SyncFunctions.State;

namespace SyncFunctions.Simulation.Tests.Runs;

/// <summary>What people do with one project: companies that hold people.</summary>
public class ProjectTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public void Sync_ByHand_Comprehensive_FindsADeletionAtOnce() => Live(world =>
    {
        var company = world.Left.Live("companies").First();
        var people = new[] { "one", "two" }.Select(name => Person(world, company, name)).ToList();
        world.RunFor(15);
        world.Right.Live("contacts").Count().ShouldBe(2, world.Story);
        world.Left.Delete(people[0], Actor.User);

        ByHand(world, company, RunMode.Delta);
        world.Right.Live("contacts").Count().ShouldBe(2, "No list of changes shows a deletion.");
        ByHand(world, company, RunMode.Comprehensive);

        world.Right.Live("contacts").ShouldHaveSingleItem(world.Story).Get("title").ShouldBe(FieldValue.Of("two"));
        var project = Project(world, company);
        (project.Guard!.Status, project.ComprehensiveAt > project.DeltaAt).ShouldBe((RunStatus.Idle, true));
    });

    [Fact]
    public void Sync_ByHand_ReadsNothingButTheProject() => Live(world =>
    {
        var company = world.Left.Live("companies").First();
        Person(world, company, "one");
        world.RunFor(15);
        var calls = new List<string>();
        world.Service.Vendors.Network.Trace = call => calls.Add(call);

        ByHand(world, company, RunMode.Delta, minutes: 0.5);

        calls.ShouldNotBeEmpty();
        calls.ShouldAllBe(call => call.Contains("people") || call.Contains("contacts"), string.Join('\n', calls));
    });

    private static void ByHand(RunWorld world, FakeRecord company, RunMode mode, double minutes = 4)
    {
        Project? asked = null;
        world.Do(
            async app =>
            {
                var flow = await app.Services.GetRequiredService<FlowContexts>().LoadAsync(world.Key, None);
                asked = await app.Services.GetRequiredService<ProjectRequests>().ByHandAsync(flow!, Project(world, company).Link, mode, app.Durable, None);
            },
            minutes);
        asked.ShouldNotBeNull(world.Story);
    }

    private static void Live(Action<RunWorld> test) => RunWorld.Live(2, test, settings => settings with { CoolDown = TimeSpan.Zero, SweepEvery = TimeSpan.Zero }, FakeParts.Pair);

    private static Project Project(RunWorld world, FakeRecord company)
    {
        var link = world.Links(world.Companies).Single(link => link.LeftId == company.Id).Id;
        return world.Observe(() => world.Get<ProjectStore>().GetAsync(world.Key, link, None))!.Value.Value;
    }

    private static FakeRecord Person(RunWorld world, FakeRecord company, string name) => world.Left.Create(
        "people", FieldSet.Of(("code", FieldValue.Of(name)), ("name", FieldValue.Of(name)), ("company", new FieldValue.Reference(company.Id)), ("active", new FieldValue.Flag(true))), Actor.User);
}
