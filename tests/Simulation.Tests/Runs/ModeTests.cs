using SyncFunctions.App.Sync;
using SyncFunctions.Engine;
using SyncFunctions.Simulation.Vendors;
using SyncFunctions.State;

namespace SyncFunctions.Simulation.Tests.Runs;

public sealed class ModeTests
{
    private static readonly FieldSet Renamed = FieldSet.Of(("name", FieldValue.Of("Renamed")));

    [Fact]
    public void Sweep_ByItsSchedule_FindsADeletion() => RunWorld.Live(2, world =>
    {
        world.Left.Delete(world.Left.Live("companies").First(), Actor.User);

        world.RunFor(60 * 5);

        world.Right.Live("accounts").Count(record => record.Get("state").ToString() == "archived").ShouldBe(1, world.Story);
        world.Runs(RunMode.Comprehensive).ShouldAllBe(run => run.Trigger == "schedule" && run.Outcome == RunOutcome.Succeeded);
        world.Runs(RunMode.Comprehensive).Count.ShouldBe(1);
        world.Flow.SweptAt.ShouldNotBeNull();
    });

    [Fact]
    public void Sweep_SwitchedOff_DoesNotRun() => RunWorld.Live(
        0,
        world =>
        {
            world.Change(flow => flow with { PollEvery = TimeSpan.FromHours(1) });
            world.RunFor(60 * 30);
            world.Runs(RunMode.Comprehensive).ShouldBeEmpty();
        },
        settings: chosen => chosen with { SweepEvery = TimeSpan.Zero });

    [Fact]
    public void Sweep_AListThatIsSuddenlyEmpty_InfersNothing() => RunWorld.Live(5, world =>
    {
        foreach (var record in world.Left.Live("companies").ToList()) world.Left.Delete(record, Actor.User);

        world.Run(RunMode.Comprehensive);

        world.Log("list-empty").Count.ShouldBe(1, world.Story);
        world.Right.Live("accounts").ShouldAllBe(record => record.Get("state").ToString() != "archived");
        world.Links(world.Companies).ShouldAllBe(link => link.State == LinkState.Active);
    });

    [Fact]
    public void OneOffFlow_SwitchedOn_RunsOnceAndIsOff() => RunWorld.Live(2, world =>
    {
        world.Left.Delete(world.Left.Live("companies").First(), Actor.User);
        world.Change(flow => flow with { Mode = FlowMode.OneOff });

        world.RunFor(60);

        world.Runs(RunMode.Comprehensive).Count.ShouldBe(1, world.Story);
        world.Flow.Enabled.ShouldBeFalse();
        world.Log("one-off-done").Count.ShouldBe(1);
        world.Right.Live("accounts").Count(record => record.Get("state").ToString() == "archived").ShouldBe(1);
    });

    [Fact]
    public void OnDemandFlow_ChangesOnlyByHand() => RunWorld.Live(1, world =>
    {
        world.Change(flow => flow with { Mode = FlowMode.OnDemand });
        world.RunFor(5);
        world.Left.Edit(world.Left.Live("companies").Single(), Renamed, Actor.User);
        world.RunFor(60 * 6);
        world.Right.Live("accounts").Single().Get("title").ToString().ShouldBe("Company 0", world.Story);

        world.Run(RunMode.Delta);

        world.Right.Live("accounts").Single().Get("title").ToString().ShouldBe("Renamed", world.Story);
        world.Runs(RunMode.Comprehensive).ShouldBeEmpty();
    });

    [Fact]
    public void Flow_SwitchedOffDuringASweep_LetsItRestUntilItIsOnAgain() => RunWorld.Live(3, world =>
    {
        world.Do(
            async app =>
            {
                await world.Get<FlowRuns>().RequestAsync(world.Key, RunMode.Comprehensive, FlowRuns.ByHand, app.Durable, CancellationToken.None);
                await world.Get<FlowStore>().ChangeAsync(world.Key, flow => flow with { Enabled = false }, CancellationToken.None);
                await world.Get<RunControl>().StopAllAsync(world.Key, app.Durable, CancellationToken.None);
            },
            minutes: 10);
        world.Runs(RunMode.Comprehensive).Single().Outcome.ShouldBe(RunOutcome.Paused, world.Story);
        world.RunFor(60 * 10);
        world.Runs(RunMode.Comprehensive).Single().Outcome.ShouldBe(RunOutcome.Paused);

        world.Change(flow => flow with { Enabled = true });
        GoLive(world);
        world.RunFor(20);

        world.Runs(RunMode.Comprehensive).First(run => run.Trigger == FlowRuns.ByHand).Outcome.ShouldBe(RunOutcome.Succeeded, world.Story);
    });

    [Fact]
    public void Link_WhoseRecordRests_IsPausedAfterItsDaysAndResumedByHand() => RunWorld.Live(
        2,
        world =>
        {
            world.Change(flow => flow with { PollEvery = TimeSpan.FromHours(1) });
            var record = world.Left.Live("companies").First();
            world.Left.Edit(record, FieldSet.Of(("status", FieldValue.Of("Won"))), Actor.User);
            world.RunFor(60 * 24);
            world.Links(world.Companies).ShouldAllBe(link => link.State == LinkState.Active);

            world.RunFor(60 * 24 * 1.5);

            var link = world.Links(world.Companies).Single(link => link.LeftId == record.Id);
            (link.State, link.PausedBy).ShouldBe((LinkState.Paused, PauseCause.Resting), world.Story);
            world.Links(world.Companies).Count(other => other.State == LinkState.Active).ShouldBe(1);
            world.Left.Edit(record, Renamed, Actor.User);
            world.RunFor(60 * 3);
            world.Right.Live("accounts").ShouldAllBe(account => account.Get("title").ToString() != "Renamed");

            world.Observe(() => world.Get<LinkControl>().ResumeAsync(world.Companies, link.Id, [], CancellationToken.None)).Done.ShouldBeTrue();
            world.RunFor(60);

            world.Right.Live("accounts").Count(account => account.Get("title").ToString() == "Renamed").ShouldBe(1, world.Story);
        },
        settings: chosen => chosen with { Kinds = chosen.Kinds.Add("company", new KindSettings { AutoPause = new AutoPause("status", ["Won"], 2) }) });

    [Fact]
    public void Link_Disconnected_IsOverForGood() => RunWorld.Live(2, world =>
    {
        var link = world.Links(world.Companies)[0];

        world.Observe(() => world.Get<LinkControl>().DisconnectAsync(world.Companies, link.Id, CancellationToken.None)).Done.ShouldBeTrue();
        world.Left.Edit(world.Left.Find("companies", link.LeftId!)!, Renamed, Actor.User);
        world.Run(RunMode.Comprehensive);

        var ended = world.Links(world.Companies).Single(other => other.Id == link.Id);
        (ended.State, ended.Final).ShouldBe((LinkState.Tombstone, true));
        world.Right.Live("accounts").Count().ShouldBe(2);
        world.Right.Live("accounts").ShouldAllBe(account => account.Get("title").ToString() != "Renamed");
        world.Observe(() => world.Get<LinkControl>().ResumeAsync(world.Companies, link.Id, [], CancellationToken.None)).Done.ShouldBeFalse();
    });

    [Fact]
    public void Import_OfRecordsWithInsides_ReadsNothingASecondTime() => RunWorld.Live(0, world =>
    {
        world.Change(flow => flow with { Mode = FlowMode.OnDemand });
        world.RunFor(5);
        for (var number = 0; number < Projects; number++) CreateProject(world, number);

        var reads = ReadsOf(world, RunMode.Import);

        // The right system shows some of what is new with a delay: those get their insides afterwards.
        world.Change(flow => flow with { Mode = FlowMode.Continuous });
        GoLive(world);
        world.RunFor(10);

        // What the left list does not show is asked for project by project; the right side tells with its answer to the write.
        reads.ShouldBe([.. world.Left.Live("projects").Select(project => $"plans/{project.Id}").Order(StringComparer.Ordinal)], world.Story);
        world.Right.Live("jobs").Select(job => job.Get("phase").ToString()).Order(StringComparer.Ordinal).ShouldBe(Enumerable.Range(0, Projects).Select(number => $"phase {number}"), world.Story);
        var counts = world.Runs(RunMode.Import).Single().Counts;
        (counts["plan"].Done, counts["plan"].Failed).ShouldBe((Projects, 0));
    });

    [Fact]
    public void Sweep_OfRecordsWithInsides_ReadsWhatTheirListsDoNotShow() => RunWorld.Live(0, world =>
    {
        for (var number = 0; number < Projects; number++) CreateProject(world, number);
        world.RunFor(30);
        world.Change(flow => flow with { Mode = FlowMode.OnDemand });
        world.RunFor(5);
        var edited = world.Right.Live("jobs").First();
        world.Right.Edit(edited, FieldSet.Of(("phase", FieldValue.Of("edited"))), Actor.User);

        var reads = ReadsOf(world, RunMode.Comprehensive);

        reads.Where(read => read.StartsWith("schedules/", StringComparison.Ordinal)).ShouldBeEmpty("The right list shows it all.");
        reads.Count(read => read.StartsWith("plans/", StringComparison.Ordinal)).ShouldBeInRange(Projects, Projects + 1);
        world.Left.Live("projects").Count(project => project.Get("phase").ToString() == "edited").ShouldBe(1, world.Story);
    });

    private const int Projects = 6;

    private static void GoLive(RunWorld world) => world.Observe(async () =>
    {
        await world.Get<FlowRuns>().GoLiveAsync(world.Key, CancellationToken.None);
        return 0;
    });

    private static void CreateProject(RunWorld world, int number) => world.Left.Create(
        "projects",
        FieldSet.Of(("code", FieldValue.Of($"p{number}")), ("name", FieldValue.Of($"House {number}")), ("active", new FieldValue.Flag(true)), ("phase", FieldValue.Of($"phase {number}"))),
        Actor.User);

    /// <summary>The single records of insides that a run reads.</summary>
    private static List<string> ReadsOf(RunWorld world, RunMode mode)
    {
        var reads = new List<string>();
        world.Service.Vendors.Network.Trace = line =>
        {
            if (line.Split(' ') is [_, "GET", var address, ..] && address.Split("/api/") is [_, var path] && (path.StartsWith("plans/", StringComparison.Ordinal) || path.StartsWith("schedules/", StringComparison.Ordinal))) reads.Add(path);
        };
        world.Run(mode);
        world.Service.Vendors.Network.Trace = null;
        reads.Sort(StringComparer.Ordinal);
        return reads;
    }
}
