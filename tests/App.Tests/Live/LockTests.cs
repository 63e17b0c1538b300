using SyncFunctions.App.Manage;
using SyncFunctions.App.Sync;
using SyncFunctions.Engine;
using SyncFunctions.Simulation.Vendors;
using SyncFunctions.State;

namespace SyncFunctions.App.Tests.Live;

public sealed class LockTests
{
    private static readonly FlowSettings OneHour = FakePair.Defaults with { LockWindow = TimeSpan.FromHours(1) };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Held_ChangeAtTheEndOfTheLock_GoesOverWithoutAFurtherEvent()
    {
        using var world = await LiveWorld.LiveAsync(OneHour);
        var (company, counterpart) = await HoldAsync(world);
        var held = (await world.WorkAsync()).ShouldHaveSingleItem();
        held.Reason.ShouldBe(WorkReason.Held);
        held.Detail!.ShouldContain("phone");

        // News of the record in between change neither what is held nor since when.
        await world.SendAsync(Side.Right, counterpart);
        await world.DeliverAsync();
        company.Get("phone").ToString().ShouldBe("1");
        (await world.WorkAsync()).ShouldHaveSingleItem().FirstAt.ShouldBe(held.FirstAt);

        world.Time.Advance(TimeSpan.FromMinutes(61));
        await world.PollAsync();
        company.Get("phone").ToString().ShouldBe("2");
        (await world.WorkAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Held_ChangeFoundByAChangeOfTheOtherSide_GoesOverWhenTheLockEnds()
    {
        using var world = await LiveWorld.LiveAsync(OneHour);
        var company = await world.CompanyAsync("Acme");
        var counterpart = await world.CounterpartAsync(company);
        world.Left.Edit(company, FieldSet.Of(("phone", FieldValue.Of("1"))), Actor.User);
        await world.SendAsync(Side.Left, company);
        await world.DeliverAsync();
        world.Right.Edit(counterpart, FieldSet.Of(("tel", FieldValue.Of("2"))), Actor.User);
        world.Left.Edit(company, FieldSet.Of(("email", FieldValue.Of("a@b.test"))), Actor.User);
        await world.SendAsync(Side.Left, company);
        await world.DeliverAsync();
        (await world.WorkAsync()).ShouldHaveSingleItem().Side.ShouldBe(Side.Right);
        counterpart.Get("mail").ToString().ShouldBe("a@b.test");
        company.Get("phone").ToString().ShouldBe("1");

        world.Time.Advance(TimeSpan.FromMinutes(61));
        await world.DeliverAsync();

        company.Get("phone").ToString().ShouldBe("2");
        (await world.WorkAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Held_ChangeThatIsToBeDropped_IsDroppedThoughNewsOfItsRecordCome()
    {
        using var world = await LiveWorld.LiveAsync(OneHour with { OnLockEnd = LockEnd.Discard });
        var (company, counterpart) = await HoldAsync(world);
        world.Time.Advance(TimeSpan.FromMinutes(61));

        await world.SendAsync(Side.Right, counterpart);
        await world.DeliverAsync();

        company.Get("phone").ToString().ShouldBe("1");
        (await world.LogAsync()).ShouldContain(line => line.StartsWith("discarded", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Held_ChangeThatAnAdministratorReleases_GoesOverAtOnce()
    {
        using var world = await LiveWorld.LiveAsync(OneHour);
        var (company, _) = await HoldAsync(world);
        var link = (await world.LinkAsync(Side.Left, company.Id))!;
        var shown = await GetAsync(world, link);
        shown.ShouldContain("\"source\":\"left\"");
        shown.ShouldContain("phone of simright");

        var request = world.Request("POST", null);
        (await HttpWorld.ExecuteAsync(request, world.Function<ReleaseLink>().Run(request, HttpWorld.Tenant.Value, LiveWorld.Key.Flow.Value, "company", link.Id.Value, Cancel))).Status.ShouldBe(200);
        world.Time.Advance(TimeSpan.FromSeconds(5));
        await world.DeliverAsync();

        company.Get("phone").ToString().ShouldBe("2");
        (await world.WorkAsync()).ShouldBeEmpty();
        (await GetAsync(world, link)).ShouldNotContain("phone of simright");
    }

    [Fact]
    public async Task Shared_RecordThatAnotherFlowWrote_HoldsTheOtherSide()
    {
        using var world = await LiveWorld.LiveAsync(OneHour);
        var company = await world.CompanyAsync("Acme");
        var counterpart = await world.CounterpartAsync(company);
        var until = world.Time.GetUtcNow().AddMinutes(30);
        await world.Get<LockStore>().PutAsync(HttpWorld.Tenant, LiveWorld.ConnectionOf(Side.Right), [new SharedLock("accounts", counterpart.Id, new FlowId("another"), until)], Cancel);

        world.Left.Edit(company, FieldSet.Of(("phone", FieldValue.Of("1"))), Actor.User);
        await world.SendAsync(Side.Left, company);
        await world.DeliverAsync();

        counterpart.Get("tel").IsBlank.ShouldBeTrue();
        (await world.WorkAsync()).ShouldHaveSingleItem().Reason.ShouldBe(WorkReason.Held);
        world.Time.Advance(TimeSpan.FromMinutes(31));
        await world.PollAsync();
        counterpart.Get("tel").ToString().ShouldBe("1");
    }

    [Fact]
    public async Task Shared_RecordThatThisFlowWrote_IsToldToOthersAndHoldsNothingHere()
    {
        using var world = await LiveWorld.LiveAsync(OneHour);
        var company = await world.CompanyAsync("Acme");
        var counterpart = await world.CounterpartAsync(company);
        (await SharedAsync(world, counterpart)).ShouldBeNull("A create sets no lock.");

        foreach (var phone in new[] { "1", "2" })
        {
            world.Left.Edit(company, FieldSet.Of(("phone", FieldValue.Of(phone))), Actor.User);
            await world.SendAsync(Side.Left, company);
            await world.DeliverAsync();
            counterpart.Get("tel").ToString().ShouldBe(phone);
        }

        var told = (await SharedAsync(world, counterpart)).ShouldNotBeNull();
        told.Flow.ShouldBe(LiveWorld.Key.Flow);
        told.Until.ShouldBe(world.Time.GetUtcNow().AddHours(1), TimeSpan.FromMinutes(1));
    }

    /// <summary>Left was changed last; a change of right waits.</summary>
    private static async Task<(FakeRecord Left, FakeRecord Right)> HoldAsync(LiveWorld world)
    {
        var company = await world.CompanyAsync("Acme");
        var counterpart = await world.CounterpartAsync(company);
        world.Left.Edit(company, FieldSet.Of(("phone", FieldValue.Of("1"))), Actor.User);
        await world.SendAsync(Side.Left, company);
        await world.DeliverAsync();
        world.Right.Edit(counterpart, FieldSet.Of(("tel", FieldValue.Of("2"))), Actor.User);
        await world.SendAsync(Side.Right, counterpart);
        await world.DeliverAsync();
        return (company, counterpart);
    }

    private static async Task<SharedLock?> SharedAsync(LiveWorld world, FakeRecord counterpart) =>
        (await world.Get<LockStore>().FindAsync(HttpWorld.Tenant, LiveWorld.ConnectionOf(Side.Right), "accounts", [counterpart.Id], Cancel)).GetValueOrDefault(counterpart.Id);

    private static async Task<string> GetAsync(LiveWorld world, Link link)
    {
        var request = world.Request("GET", null);
        return (await HttpWorld.ExecuteAsync(request, world.Function<GetLink>().Run(request, HttpWorld.Tenant.Value, LiveWorld.Key.Flow.Value, "company", link.Id.Value, Cancel))).Body;
    }
}
