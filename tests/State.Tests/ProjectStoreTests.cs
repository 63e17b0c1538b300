using Azure;
using SyncFunctions.Engine;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.State.Tests;

public sealed class ProjectStoreTests(AzuriteFixture azurite) : StateTest(azurite)
{
    private static readonly LinkId Link = new("annexe");

    private ProjectStore Store => new(Tables);

    [Fact]
    public async Task Project_FullAndBare_ComeBack()
    {
        var bare = new Project(new LinkId("bare"));
        (await Store.ReplaceAsync(Flow, [(Full(), null), (bare, null)], Cancel)).ShouldBe([true, true]);

        ShouldHoldTheSame((await Store.GetAsync(Flow, Link, Cancel))!.Value.Value, Full());
        ShouldHoldTheSame((await Store.GetAsync(Flow, bare.Link, Cancel))!.Value.Value, bare);
        (await Store.GetAsync(Flow, new LinkId("nobody"), Cancel)).ShouldBeNull();
        (await Store.FindAsync(Flow, [Link, bare.Link, new LinkId("nobody")], Cancel)).Keys.ShouldBe([Link, bare.Link], ignoreOrder: true);
    }

    [Fact]
    public async Task Project_WithOddIdsAndLongNames_ComesBackAsFarAsPeopleRead()
    {
        foreach (var id in OddIds.All)
        {
            var odd = Full() with { Link = new LinkId(IdText.IsValid(id) ? id : "odd"), Facts = Full().Facts with { LeftId = id, RightId = id, WorkType = id, Name = new string('x', 2000) } };
            await Store.ChangeAsync(Flow, odd.Link, _ => odd, Cancel);

            var facts = (await Store.GetAsync(Flow, odd.Link, Cancel))!.Value.Value.Facts;

            (facts.LeftId, facts.RightId, facts.WorkType).ShouldBe((id, id, id));
            facts.Name.Length.ShouldBe(500);
        }
    }

    [Fact]
    public async Task List_OfAFlow_LeavesCursorsRequestsAndOthersOut()
    {
        var asked = Asked(new LinkId("asked"), "Delta", null);
        await Store.ReplaceAsync(Flow, [(Full(), null), (asked, null)], Cancel);
        await Store.ReplaceAsync(Flow with { Flow = new FlowId("companies-both-ways-2") }, [(Full(), null)], Cancel);
        Transport.Reset();

        var listed = await Store.ListAsync(Flow, Cancel);

        listed.ShouldBe([asked, Full() with { Cursors = [] }], ignoreOrder: true);
        Transport.ByOperation.ShouldBe(new Dictionary<string, int> { ["table query"] = Keys.ProjectShards });
    }

    [Fact]
    public async Task Asked_HasARequestUntilItIsTaken()
    {
        var asked = Asked(Link, "Comprehensive", Now.AddMinutes(10));
        await Store.ReplaceAsync(Flow, [(asked, null)], Cancel);
        (await Store.RequestsAsync(Flow, 10, Cancel)).ShouldBe([new ProjectRequest(Link, "Comprehensive", Now.AddMinutes(10))]);

        var read = (await Store.GetAsync(Flow, Link, Cancel))!.Value;
        var taken = asked with { Guard = RunStatusMachine.Take(asked.Guard, Lane.Live, new RunId("run"), RunStatus.Syncing, "Delta", "poll", Now.AddMinutes(11), TimeSpan.FromMinutes(15)) };
        (await Store.ReplaceAsync(Flow, [(taken, read)], Cancel)).ShouldBe([true]);

        (await Store.RequestsAsync(Flow, 10, Cancel)).ShouldBeEmpty();
        (await Store.GetAsync(Flow, Link, Cancel))!.Value.Value.ShouldBe(taken);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData(-1, true)]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public void Request_IsDueFromItsTimeOn(int? minutes, bool isDue) =>
        new ProjectRequest(Link, "Delta", minutes is { } after ? Now.AddMinutes(after) : null).IsDue(Now).ShouldBe(isDue);

    [Fact]
    public async Task Replace_WrittenMeanwhile_IsLostAloneAndLeavesNoRequest()
    {
        var (one, two) = (new Project(new LinkId("one")), new Project(new LinkId("two")));
        await Store.ReplaceAsync(Flow, [(one, null), (two, null)], Cancel);
        var read = await Store.FindAsync(Flow, [one.Link, two.Link], Cancel);
        await Store.ChangeAsync(Flow, one.Link, found => found with { Problem = "Somebody was faster." }, Cancel);

        var written = await Store.ReplaceAsync(Flow, [(Asked(one.Link, "Delta", null), read[one.Link]), (Asked(two.Link, "Delta", null), read[two.Link])], Cancel);

        written.ShouldBe([false, true]);
        (await Store.RequestsAsync(Flow, 10, Cancel)).Select(request => request.Link).ShouldBe([two.Link]);
        (await Store.ReplaceAsync(Flow, [(one, null)], Cancel)).ShouldBe([false], "It is there.");
    }

    [Fact]
    public async Task Replace_ManyThatAreAsked_FitsTransactions()
    {
        var many = Enumerable.Range(0, 120).Select(number => (Asked(new LinkId($"p{number}"), "Delta", null), (Versioned<Project>?)null)).ToList();
        Transport.Reset();

        (await Store.ReplaceAsync(Flow, many, Cancel)).ShouldAllBe(written => written);

        Transport.ByOperation.ShouldBe(new Dictionary<string, int> { ["table transaction"] = 3 });
        (await Store.RequestsAsync(Flow, 500, Cancel)).Count.ShouldBe(120);
    }

    [Fact]
    public async Task Change_OfNothing_WritesNothing()
    {
        await Store.ReplaceAsync(Flow, [(Full(), null)], Cancel);
        Transport.Reset();

        for (var time = 0; time < 3; time++) (await Store.ChangeAsync(Flow, Link, found => found with { Problem = Full().Problem }, Cancel)).Problem.ShouldBe(Full().Problem);

        Transport.ByOperation.ShouldBe(new Dictionary<string, int> { ["table get"] = 3 });
    }

    [Fact]
    public async Task Lists_AfterTheFirstLook_AskForWhatWasWrittenSince()
    {
        var clock = new StoppedClock(DateTimeOffset.UtcNow);
        var lists = new ProjectLists(Store, clock);
        await Store.ReplaceAsync(Flow, [.. Enumerable.Range(0, 40).Select(number => (Full() with { Link = new LinkId($"p{number}"), Cursors = [] }, (Versioned<Project>?)null))], Cancel);
        (await lists.AllAsync(Flow, Cancel)).Count.ShouldBe(40);
        await Store.ChangeAsync(Flow, new LinkId("p7"), found => found with { Problem = "New." }, Cancel);
        await Store.ChangeAsync(Flow, new LinkId("later"), _ => Asked(new LinkId("later"), "Delta", null), Cancel);
        Transport.Reset();

        var again = await lists.AllAsync(Flow, Cancel);

        Transport.ByOperation.ShouldBe(new Dictionary<string, int> { ["table query"] = 1 });
        again.ShouldBe(await Store.ListAsync(Flow, Cancel), ignoreOrder: true);
        again.Single(project => project.Link == new LinkId("p7")).Problem.ShouldBe("New.");

        // What was written long before the last look is not read again, and after a long time everything is.
        clock.Now = DateTimeOffset.UtcNow.AddMinutes(5);
        (await lists.AllAsync(Flow, Cancel)).Count.ShouldBe(41);
        (await Store.WrittenSinceAsync(Flow, clock.Now, Cancel)).ShouldBeEmpty();
        clock.Now = clock.Now.AddHours(1);
        Transport.Reset();
        (await lists.AllAsync(Flow, Cancel)).Count.ShouldBe(41);
        Transport.Count.ShouldBe(Keys.ProjectShards);
    }

    private static Project Asked(LinkId link, string mode, DateTimeOffset? notBefore) =>
        new(link) { Guard = RunStatusMachine.Ask(null, Lane.Live, mode, "poll", Now) with { NotBefore = notBefore } };

    private static Project Full() => new(Link)
    {
        Guard = new Guard(Lane.Live, RunStatus.Syncing, new RunId("run"), 3, Now, Now.AddMinutes(15), "Delta", "poll", "Comprehensive") { NotBefore = Now.AddMinutes(10), Detail = "Waits." },
        Facts = new ProjectFacts("17", "prj_01J", "Annexe", "Annexe (left)", "Ziegelwerk Größ", "Boards & more", LinkState.Paused, "Rests.")
        {
            StateSince = Now.AddDays(-1),
            PausedBy = PauseCause.Resting,
            Final = true,
            Archived = true,
            WorkType = "wrk_2",
        },
        Cursors = [new Cursor("ticket", Side.Left, Now, ["a", "b"]) { ReadAt = Now.AddMinutes(1) }],
        ImportedAt = Now.AddDays(-9),
        DeltaAt = Now.AddHours(-1),
        ComprehensiveAt = Now.AddHours(-3),
        Problem = "Could not be read.",
    };
}
