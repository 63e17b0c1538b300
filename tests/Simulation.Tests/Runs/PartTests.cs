using SyncFunctions.App.Sync;
using SyncFunctions.Engine;
using SyncFunctions.Simulation.Vendors;
using SyncFunctions.State;

namespace SyncFunctions.Simulation.Tests.Runs;

/// <summary>What lives inside projects with ids of its own: companies that hold people.</summary>
public class PartTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public void Part_OfALinkedProject_FlowsBothWays() => Live(1, world =>
    {
        var company = world.Left.Live("companies").Single();
        var person = Person(world, company, "one");
        world.RunFor(15);
        var contact = world.Right.Live("contacts").ShouldHaveSingleItem(world.Story);
        contact.Get("title").ShouldBe(FieldValue.Of("one"));

        world.Right.Edit(contact, FieldSet.Of(("title", FieldValue.Of("two"))), Actor.User);
        world.RunFor(15);
        person.Get("name").ShouldBe(FieldValue.Of("two"), world.Story);

        var link = world.Links(People(world)).ShouldHaveSingleItem();
        link.Id.Project.ShouldBe(world.Links(world.Companies).Single().Id);
    });

    [Fact]
    public void Part_MadeOnTheRight_IsMadeOnTheLeft() => Live(1, world =>
    {
        var account = world.Right.Live("accounts").Single();
        world.Right.Create("contacts", FieldSet.Of(("title", FieldValue.Of("r")), ("account", new FieldValue.Reference(account.Id)), ("state", FieldValue.Of("live"))), Actor.User);
        world.RunFor(15);
        world.Left.Live("people").ShouldHaveSingleItem(world.Story).Get("name").ShouldBe(FieldValue.Of("r"));
    });

    [Fact]
    public void Part_DeletedOnOneSide_IsDeletedByTheNextComprehensiveRun() => Live(1, world =>
    {
        var company = world.Left.Live("companies").Single();
        var people = Enumerable.Range(0, 3).Select(number => Person(world, company, $"p{number}")).ToList();
        world.RunFor(15);
        world.Right.Live("contacts").Count().ShouldBe(3, world.Story);
        world.Left.Delete(people[0], Actor.User);
        world.Run(RunMode.Comprehensive);
        world.Right.Live("contacts").Count().ShouldBe(2, world.Story);
    });

    [Fact]
    public void Part_OfAPausedProject_WaitsUntilItIsResumed() => Live(1, world =>
    {
        var company = world.Left.Live("companies").Single();
        var link = world.Links(world.Companies).Single();
        world.Observe(() => world.Get<LinkControl>().PauseAsync(world.Companies, link.Id, None)).Done.ShouldBeTrue();
        Person(world, company, "late");
        world.RunFor(30);
        world.Right.Live("contacts").ShouldBeEmpty(world.Story);

        world.Observe(() => world.Get<LinkControl>().ResumeAsync(world.Companies, link.Id, [], None, hasParts: true)).Done.ShouldBeTrue();
        world.RunFor(20);
        world.Right.Live("contacts").ShouldHaveSingleItem(world.Story);
    });

    [Fact]
    public void Part_OfAnArchivedProject_RestsUntilAPersonResumesIt() => Live(1, world =>
    {
        var company = world.Left.Live("companies").Single();
        var account = world.Right.Live("accounts").Single();
        world.Right.Edit(account, FieldSet.Of(("state", FieldValue.Of("archived"))), Actor.User);
        world.RunFor(15);
        Person(world, company, "late");
        world.Right.Edit(account, FieldSet.Of(("state", FieldValue.Of("live"))), Actor.User);
        world.RunFor(30);
        company.Get("active").ShouldBe(new FieldValue.Flag(true));
        world.Right.Live("contacts").ShouldBeEmpty(world.Story);
        Project(world).Facts.State.ShouldBe(LinkState.Paused);
        Project(world).Facts.PausedBy.ShouldBe(PauseCause.Archived);
    });

    [Fact]
    public void Project_AfterADelta_CoolsDownAndKeepsWhatComesMeanwhile() => Live(1, world =>
    {
        var company = world.Left.Live("companies").Single();
        world.RunFor(30);
        Person(world, company, "first");
        world.RunFor(7);
        world.Right.Live("contacts").Count().ShouldBe(1, world.Story);
        Person(world, company, "second");
        world.RunFor(7);
        world.Right.Live("contacts").Count().ShouldBe(1, world.Story);
        Project(world).Guard!.Status.ShouldBe(RunStatus.Requested);
        Project(world).Guard!.NotBefore.ShouldNotBeNull();
        world.RunFor(15);
        world.Right.Live("contacts").Count().ShouldBe(2, world.Story);
        Project(world).Guard!.Status.ShouldBe(RunStatus.Idle);
    }, cool: 10);

    [Fact]
    public void Part_OfSeveralProjects_EachGetsItsOwn() => Live(60, world =>
    {
        foreach (var company in world.Left.Live("companies").ToList()) Person(world, company, $"of {company.Id}");
        world.RunFor(30);
        world.Right.Live("contacts").Count().ShouldBe(60, world.Story);
        world.Links(People(world)).Select(link => link.Id.Project).Distinct().Count().ShouldBe(60);
    });

    [Fact]
    public void Idle_ReadsNoProject() => Live(3, world =>
    {
        world.RunFor(30);
        var calls = 0;
        world.Service.Vendors.Network.Trace = _ => calls++;
        world.RunFor(5.5);
        calls.ShouldBeInRange(4, 8, "a call for each of two kinds and sides, at two polls");
    });

    private static void Live(int companies, Action<RunWorld> test, int cool = 0) =>
        RunWorld.Live(companies, test, settings => settings with { CoolDown = TimeSpan.FromMinutes(cool), SweepEvery = TimeSpan.Zero }, FakeParts.Pair);

    private static LinkScope People(RunWorld world) => new(world.Key, FakeParts.Person.Name);

    private static Project Project(RunWorld world) => world.Observe(() => world.Get<ProjectStore>().GetAsync(world.Key, world.Links(world.Companies).Single().Id, None))!.Value.Value;

    private static FakeRecord Person(RunWorld world, FakeRecord company, string name) => world.Left.Create(
        "people", FieldSet.Of(("code", FieldValue.Of(name)), ("name", FieldValue.Of(name)), ("company", new FieldValue.Reference(company.Id)), ("active", new FieldValue.Flag(true))), Actor.User);
}
