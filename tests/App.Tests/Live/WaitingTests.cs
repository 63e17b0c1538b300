using SyncFunctions.App.Sync;
using SyncFunctions.Engine;
using SyncFunctions.Simulation.Vendors;
using SyncFunctions.State;

namespace SyncFunctions.App.Tests.Live;

/// <summary>What waits, and for how long: parked, quarantined, fenced and undecided records.</summary>
public sealed class WaitingTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Change_WhileNobodySignsInAgainForADay_IsNotGivenUp()
    {
        using var world = await LiveWorld.LiveAsync(FakePair.Defaults with { SweepEvery = TimeSpan.Zero });
        var company = await world.CompanyAsync("Acme");
        world.Server(Side.Right).SignIn.Revoke();
        world.Left.Edit(company, FieldSet.Of(("phone", FieldValue.Of("123"))), Actor.User);
        await world.SendAsync(Side.Left, company);
        for (var hour = 0; hour < 24; hour++)
        {
            await world.DeliverAsync();
            await world.PollAsync();
            world.Time.Advance(TimeSpan.FromHours(1));
        }

        var waiting = (await world.WorkAsync()).ShouldHaveSingleItem();
        waiting.Attempts.ShouldBeGreaterThan(8);
        (waiting.Reason, waiting.DueAt - world.Time.GetUtcNow() <= TimeSpan.FromHours(1)).ShouldBe((WorkReason.Retry, true));
    }

    [Fact]
    public async Task Parked_WhoseReferenceIsLinked_GoesOverWithoutAFurtherEvent()
    {
        using var world = await LiveWorld.LiveAsync();
        var company = world.Left.Create("companies", FieldSet.Of(("name", FieldValue.Of("Acme")), ("code", FieldValue.Of("A"))), Actor.User);
        var person = Person(world, company);
        await world.SendAsync(Side.Left, person);
        await world.DeliverAsync();

        await ParkedForLongAsync(world, company);
        await world.SendAsync(Side.Left, company);
        await world.DeliverAsync();
        world.Time.Advance(TimeSpan.FromSeconds(5));
        await world.DeliverAsync();

        (await world.CounterpartAsync(person, "contact")).Get("account").ShouldBe(new FieldValue.Reference((await world.CounterpartAsync(company)).Id));
        (await world.WorkAsync("contact")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Parked_WhoseReferenceWasBeingCreated_GoesOverAsSoonAsThatIsKnown()
    {
        using var world = await LiveWorld.LiveAsync();
        var company = await CompanyWithoutAnswerAsync(world);
        var person = Person(world, company);
        await world.SendAsync(Side.Left, person);
        await world.DeliverAsync();

        await ParkedForLongAsync(world, company);
        world.Time.Advance(TimeSpan.FromMinutes(10));
        await world.PollAsync();
        world.Time.Advance(TimeSpan.FromSeconds(5));
        await world.DeliverAsync();

        (await world.CounterpartAsync(person, "contact")).Get("account").ShouldBe(new FieldValue.Reference((await world.CounterpartAsync(company)).Id));
        (await world.WorkAsync("contact")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Reference_WhoseRecordIsBeingCreated_HoldsUpNothingElse()
    {
        using var world = await LiveWorld.LiveAsync();
        var company = await CompanyWithoutAnswerAsync(world);
        var project = world.Left.Create("projects", FieldSet.Of(("name", FieldValue.Of("Roof")), ("client", new FieldValue.Reference(company.Id))), Actor.User);
        await world.SendAsync(Side.Left, project);
        await world.DeliverAsync();

        var made = await world.CounterpartAsync(project, "project");
        (made.Get("title"), made.Get("account").IsBlank).ShouldBe((FieldValue.Of("Roof"), true));
        (await world.WorkAsync("project")).ShouldHaveSingleItem().Awaits.ShouldBe(new AwaitedRecord("company", Side.Left, company.Id));
        world.Time.Advance(TimeSpan.FromMinutes(10));
        await world.DeliverAsync();
        world.Time.Advance(TimeSpan.FromSeconds(5));
        await world.DeliverAsync();

        made.Get("account").ShouldBe(new FieldValue.Reference((await world.CounterpartAsync(company)).Id));
        (await world.WorkAsync("project")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Retry_ThatFailsAgain_IsLookedAtOnceADueTime()
    {
        using var world = await LiveWorld.LiveAsync();
        var company = await world.CompanyAsync("Acme");
        world.Server(Side.Right).ForbiddenKind = "accounts";
        world.Left.Edit(company, FieldSet.Of(("phone", FieldValue.Of("4711"))), Actor.User);
        await world.SendAsync(Side.Left, company);
        await world.DeliverAsync();

        for (var attempt = 0; attempt < 3; attempt++)
        {
            world.Time.Advance((await world.WorkAsync()).ShouldHaveSingleItem().DueAt - world.Time.GetUtcNow() + TimeSpan.FromSeconds(1));
            (await world.DeliverAsync()).ShouldBe(1);
            world.Time.Advance(TimeSpan.FromSeconds(2));
            (await world.DeliverAsync()).ShouldBe(0);
        }
    }

    [Fact]
    public async Task Retry_ForTheOtherSidesChange_OutlivesNewsOfThisSide()
    {
        using var world = await LiveWorld.LiveAsync();
        var company = await world.CompanyAsync("Acme");
        world.Right.Edit(await world.CounterpartAsync(company), FieldSet.Of(("tel", FieldValue.Of("123"))), Actor.User);
        var now = world.Time.GetUtcNow();
        await world.Get<LinkStore>().PutWorkAsync(new LinkScope(LiveWorld.Key, "company"), [new WorkItem("company", Side.Left, company.Id, WorkReason.Retry, now.AddHours(1)) { FirstAt = now }], Cancel);

        await world.SendAsync(Side.Left, company);
        await world.DeliverAsync();

        company.Get("phone").ShouldBe(FieldValue.Of("123"));
        (await world.WorkAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Parked_WhoseReferenceWasLinkedJustBeforeItsRow_IsDueAtOnce()
    {
        using var world = await LiveWorld.LiveAsync();
        var company = await world.CompanyAsync("Acme");
        var flow = (await world.Get<FlowContexts>().LoadAsync(LiveWorld.Key, Cancel))!;
        var scope = new WorkScope(flow, FakePair.Contact, RunMode.Delta, null, 0);
        var now = world.Time.GetUtcNow();
        WorkItem Waiting(string id, string awaits) => new("contact", Side.Left, id, WorkReason.Parked, now.AddHours(1)) { FirstAt = now, Awaits = new AwaitedRecord("company", Side.Left, awaits) };

        await world.Get<WorkList>().CommitAsync(scope, [new LinkUnit { PutWork = [Waiting("a", company.Id), Waiting("b", "unknown")] }], Cancel);

        var work = (await world.WorkAsync("contact")).ToDictionary(item => item.RecordId);
        work["a"].DueAt.ShouldBeLessThanOrEqualTo(world.Time.GetUtcNow());
        work["b"].DueAt.ShouldBe(now.AddHours(1));
        (await world.Get<FlowStore>().LoadAsync(LiveWorld.Key, Cancel))!.Hint("contact")!.Value.Value.DueAt.ShouldBeLessThanOrEqualTo(world.Time.GetUtcNow());
    }

    [Fact]
    public async Task Parked_AtTheEndOfASweep_IsPlannedAgainAndHintedAt()
    {
        using var world = await LiveWorld.LiveAsync();
        var flow = (await world.Get<FlowContexts>().LoadAsync(LiveWorld.Key, Cancel))!;
        var scope = new WorkScope(flow, FakePair.Contact, RunMode.Comprehensive, new RunId("run"), 0);
        var now = world.Time.GetUtcNow();
        var parked = new WorkItem("contact", Side.Left, "a", WorkReason.Parked, now.AddHours(1)) { FirstAt = now, Awaits = new AwaitedRecord("company", Side.Left, "unknown") };
        var forgotten = parked with { RecordId = "b", Reason = WorkReason.Webhook, DueAt = now.AddMinutes(-1), Awaits = null };
        await world.Get<LinkStore>().PutWorkAsync(scope.Links, [parked, forgotten], Cancel);

        await world.Get<Parking>().ReplanAsync(scope, Cancel);

        (await world.WorkAsync("contact")).ShouldAllBe(item => item.DueAt <= world.Time.GetUtcNow());
        (await world.Get<FlowStore>().LoadAsync(LiveWorld.Key, Cancel))!.Hint("contact")!.Value.Value.DueAt.ShouldBe(forgotten.DueAt, TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public async Task Link_WrittenToAndFro_IsQuarantinedUntilAPersonResumesIt()
    {
        using var world = await LiveWorld.LiveAsync(FakePair.Defaults with { Runaway = new Runaway(4, TimeSpan.FromHours(1)) });
        var company = await world.CompanyAsync("Acme");
        foreach (var phone in new[] { "1", "2", "1", "2" }) await EditAsync(world, company, phone);
        var counterpart = await world.CounterpartAsync(company);
        (await world.LinkAsync(Side.Left, company.Id))!.State.ShouldBe(LinkState.Active, "So many are allowed.");

        await EditAsync(world, company, "1");
        var link = (await world.LinkAsync(Side.Left, company.Id))!;
        link.State.ShouldBe(LinkState.Quarantined);
        await EditAsync(world, company, "7");

        counterpart.Get("tel").ToString().ShouldBe("1");
        (await world.LogAsync()).Count(line => line.StartsWith("quarantined", StringComparison.Ordinal)).ShouldBe(1);
        (await world.Get<LinkControl>().ResumeAsync(new LinkScope(LiveWorld.Key, "company"), link.Id, [], Cancel)).Done.ShouldBeTrue();
        await world.PollAsync();
        counterpart.Get("tel").ToString().ShouldBe("7");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Link_EditedOftenByAPerson_GoesOn(bool slowly)
    {
        using var world = await LiveWorld.LiveAsync(FakePair.Defaults with { Runaway = new Runaway(4, TimeSpan.FromHours(1)) });
        var company = await world.CompanyAsync("Acme");

        // The same values, but hours apart; or at once, but never the same.
        for (var number = 0; number < 8; number++)
        {
            await EditAsync(world, company, slowly ? $"{number % 2}" : $"{number}");
            if (slowly) world.Time.Advance(TimeSpan.FromMinutes(20));
        }

        (await world.LinkAsync(Side.Left, company.Id))!.State.ShouldBe(LinkState.Active);
    }

    [Fact]
    public async Task Create_OfAWorkerThatSleptTillItsGuardWasNearlyOver_IsNotSent()
    {
        using var world = await LiveWorld.LiveAsync();
        var company = world.Left.Create("companies", FieldSet.Of(("name", FieldValue.Of("Acme")), ("code", FieldValue.Of("A"))), Actor.User);
        await world.SendAsync(Side.Left, company);
        var slept = false;
        world.Network.Gate = (what, _) =>
        {
            if (slept || !what.StartsWith("reply GET", StringComparison.Ordinal)) return default;
            slept = true;
            world.Time.Advance(FlowRuns.InPlaceGuardTime - TimeSpan.FromSeconds(20));
            return default;
        };

        await world.DeliverAsync();

        world.Right.All("accounts").ShouldBeEmpty();
        world.Time.Advance(TimeSpan.FromMinutes(2));
        await world.PollAsync();
        world.Right.All("accounts").Count().ShouldBe(1);
    }

    [Fact]
    public async Task Create_ThatTwoRecordsCouldBe_WaitsForAPersonWhoLinksOne()
    {
        using var world = await LiveWorld.LiveAsync();
        var company = await CompanyWithoutAnswerAsync(world);
        var made = world.Right.All("accounts").ShouldHaveSingleItem();
        var twin = world.Right.Create("accounts", made.Fields, Actor.User);
        world.Time.Advance(TimeSpan.FromMinutes(10));

        await world.PollAsync();

        world.Right.All("accounts").Count().ShouldBe(2, "Nothing is created while it is not known.");
        (await world.WorkAsync()).Single(item => item.Side == Side.Left).Reason.ShouldBe(WorkReason.Dead);
        (await world.LinkAsync(Side.Left, company.Id))!.State.ShouldBe(LinkState.Creating);
        var linked = await world.Get<ManualTools>().LinkAsync(LiveWorld.Key, "company", company.Id, made.Id, Cancel);
        linked.Done.ShouldBeTrue(linked.Detail);
        var link = (await world.LinkAsync(Side.Left, company.Id))!;
        (link.State, link.RightId, link.Intent).ShouldBe((LinkState.Active, made.Id, null));
        (await world.Get<LinkStore>().OpenCreatesAsync(new LinkScope(LiveWorld.Key, "company"), Side.Right, Cancel)).ShouldBeEmpty();
        twin.Gone.ShouldBeFalse();
    }

    /// <summary>Created on the other side, where the answer was lost.</summary>
    private static async Task<FakeRecord> CompanyWithoutAnswerAsync(LiveWorld world)
    {
        var company = world.Left.Create("companies", FieldSet.Of(("name", FieldValue.Of("Acme")), ("code", FieldValue.Of("A"))), Actor.User);
        world.Network.Gate = (what, _) => what.StartsWith("reply POST", StringComparison.Ordinal) ? throw new HttpRequestException(HttpRequestError.ResponseEnded, "The response ended.") : default;
        await world.SendAsync(Side.Left, company);
        await world.DeliverAsync();
        world.Network.Gate = null;
        return company;
    }

    /// <summary>The person waits for the company, and was looked at in vain so often that it would be an hour until the next look.</summary>
    private static async Task ParkedForLongAsync(LiveWorld world, FakeRecord company)
    {
        var parked = (await world.WorkAsync("contact")).ShouldHaveSingleItem();
        (parked.Reason, parked.Awaits).ShouldBe((WorkReason.Parked, new AwaitedRecord("company", Side.Left, company.Id)));
        await world.Get<LinkStore>().PutWorkAsync(new LinkScope(LiveWorld.Key, "contact"), [parked with { DueAt = world.Time.GetUtcNow().AddHours(1) }], Cancel);
    }

    private static FakeRecord Person(LiveWorld world, FakeRecord company) => world.Left.Create(
        "people", FieldSet.Of(("name", FieldValue.Of("Ann")), ("code", FieldValue.Of("P")), ("company", new FieldValue.Reference(company.Id))), Actor.User);

    private static async Task EditAsync(LiveWorld world, FakeRecord company, string phone)
    {
        world.Left.Edit(company, FieldSet.Of(("phone", FieldValue.Of(phone))), Actor.User);
        await world.SendAsync(Side.Left, company);
        await world.DeliverAsync();
    }
}
