using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.Simulation.Vendors;
using SyncFunctions.State;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.App.Tests.Live;

public sealed class ChangeTests
{
    private static readonly FieldSet NewPhone = FieldSet.Of(("phone", FieldValue.Of("123")));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Change_WhileARunHoldsTheGuard_GoesOverAndOnlyWhatIsNotLinkedWaits()
    {
        using var world = await LiveWorld.LiveAsync();
        var known = await world.CompanyAsync("Acme");
        var guard = await TakeGuardAsync(world);
        world.Left.Edit(known, NewPhone, Actor.User);
        var fresh = world.Left.Create("companies", FieldSet.Of(("name", FieldValue.Of("New")), ("code", FieldValue.Of("N"))), Actor.User);

        await world.SendAsync(Side.Left, known, fresh);
        await world.DeliverAsync();

        (await world.CounterpartAsync(known)).Get("tel").ToString().ShouldBe("123");
        (await world.LinkAsync(Side.Left, fresh.Id)).ShouldBeNull();
        (await world.WorkAsync()).Single().RecordId.ShouldBe(fresh.Id);

        // No further event: the message that was put off, or after its loss the hint, brings it.
        (await world.Get<FlowStore>().ReplaceGuardAsync(LiveWorld.Key, guard.Value with { Status = RunStatus.Idle, Run = null, Until = null }, guard.ETag, Cancel)).ShouldNotBeNull();
        world.Time.Advance(TimeSpan.FromMinutes(1));
        await world.DeliverAsync();
        (await world.CounterpartAsync(fresh)).Get("title").ToString().ShouldBe("New");
        (await world.WorkAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Change_WhoseMessageFailedTooOften_IsFoundByTheNextPoll()
    {
        using var world = await LiveWorld.LiveAsync();
        var company = world.Left.Create("companies", FieldSet.Of(("name", FieldValue.Of("Acme")), ("code", FieldValue.Of("A"))), Actor.User);
        await world.SendAsync(Side.Left, company);
        var message = (await world.Changes.ReceiveMessageAsync(TimeSpan.FromDays(1), Cancel)).Value.Body.ToObjectFromJson<ChangeMessage>(StateJson.Options)!;

        await world.Function<Triggers.ChangePoison>().RunAsync(message, Cancel);
        await world.PollAsync();

        (await world.CounterpartAsync(company)).ShouldNotBeNull();
        (await world.WorkAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Change_ThatComesAgainWhileTheRecordIsRead_IsPlannedAgain()
    {
        using var world = await LiveWorld.LiveAsync();
        var company = await world.CompanyAsync("Acme");
        world.Left.Edit(company, NewPhone, Actor.User);
        await world.SendAsync(Side.Left, company);
        var raced = false;
        world.Network.Gate = async (what, _) =>
        {
            if (raced || !what.StartsWith("reply GET", StringComparison.Ordinal) || !what.Contains(company.Id)) return;
            raced = true;
            world.Left.Edit(company, FieldSet.Of(("phone", FieldValue.Of("456"))), Actor.User);
            await world.SendAsync(Side.Left, company);
        };

        await world.DeliverAsync();

        raced.ShouldBeTrue();
        (await world.CounterpartAsync(company)).Get("tel").ToString().ShouldBe("456");
        (await world.WorkAsync()).ShouldBeEmpty();
    }

    /// <summary>The reference is seen in the batch that writes the name, and goes over in the next.</summary>
    [Fact]
    public async Task Change_OfAReferenceWhileTheOtherSideChangesAnotherField_GoesOverToo()
    {
        using var world = await LiveWorld.LiveAsync();
        var (before, after) = (await world.CompanyAsync("Acme"), await world.CompanyAsync("Bolt"));
        var person = world.Left.Create("people", FieldSet.Of(("code", FieldValue.Of("1")), ("name", FieldValue.Of("Ann")), ("company", new FieldValue.Reference(before.Id))), Actor.User);
        await world.SendAsync(Side.Left, person);
        await world.DeliverAsync();
        var contact = await world.CounterpartAsync(person, "contact");
        world.Left.Edit(person, FieldSet.Of(("company", new FieldValue.Reference(after.Id))), Actor.User);
        world.Right.Edit(contact, FieldSet.Of(("title", FieldValue.Of("Anna"))), Actor.User);

        await world.SendAsync(Side.Right, contact);
        await world.DeliverAsync();
        world.Time.Advance(TimeSpan.FromMinutes(1));
        await world.PollAsync();
        await world.DeliverAsync();

        person.Get("name").ShouldBe(FieldValue.Of("Anna"));
        contact.Get("account").ShouldBe(new FieldValue.Reference((await world.CounterpartAsync(after)).Id));
    }

    [Fact]
    public async Task Change_ThatSomebodyElseAppliesWhileTheRecordIsRead_IsNotTakenBack()
    {
        using var world = await LiveWorld.LiveAsync();
        var company = await world.CompanyAsync("Acme");
        var counterpart = await world.CounterpartAsync(company);
        await world.SendAsync(Side.Left, company);
        var raced = false;
        world.Network.Gate = async (what, _) =>
        {
            if (raced || !what.StartsWith("reply GET", StringComparison.Ordinal) || !what.Contains(company.Id)) return;
            raced = true;
            world.Right.Edit(counterpart, FieldSet.Of(("tel", FieldValue.Of("456"))), Actor.User);
            await world.SendAsync(Side.Right, counterpart);
            await world.DeliverAsync();
        };

        await world.DeliverAsync();
        world.Time.Advance(TimeSpan.FromSeconds(5));
        await world.DeliverAsync();

        raced.ShouldBeTrue();
        (company.Get("phone").ToString(), counterpart.Get("tel").ToString()).ShouldBe(("456", "456"));
        (await world.WorkAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Change_InsideAProject_GoesOver()
    {
        using var world = await LiveWorld.LiveAsync();
        var project = world.Left.Create("projects", FieldSet.Of(("name", FieldValue.Of("Tower")), ("code", FieldValue.Of("T")), ("phase", FieldValue.Of("one"))), Actor.User);
        await world.SendAsync(Side.Left, project);
        await world.DeliverAsync();
        (await world.CounterpartAsync(project, "project")).Get("phase").ToString().ShouldBe("one", "What is inside goes with its project.");

        world.Left.Edit(project, FieldSet.Of(("phase", FieldValue.Of("two"))), Actor.User);
        await world.SendAsync(Side.Left, world.HookOf(Side.Left), "plans", project.Id);
        (await world.DeliverAsync()).ShouldBe(1);

        (await world.CounterpartAsync(project, "project")).Get("phase").ToString().ShouldBe("two");
        (await world.WorkAsync("plan")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Change_InsideAProjectThatDiesBeforeItsOutcome_IsStillOnTheList()
    {
        using var world = await LiveWorld.LiveAsync();
        var project = world.Left.Create("projects", FieldSet.Of(("name", FieldValue.Of("Tower")), ("code", FieldValue.Of("T"))), Actor.User);
        await world.SendAsync(Side.Left, project);
        await world.DeliverAsync();
        world.Left.Edit(project, FieldSet.Of(("phase", FieldValue.Of("two"))), Actor.User);
        await world.SendAsync(Side.Left, world.HookOf(Side.Left), "plans", project.Id);
        world.Network.Gate = (what, _) => what.Contains("plans", StringComparison.Ordinal) ? throw new InvalidOperationException("The process ends here.") : default;

        await Should.ThrowAsync<Exception>(() => world.DeliverAsync());

        (await world.WorkAsync("plan")).Count.ShouldBe(1);
        world.Network.Gate = null;
        world.Time.Advance(TimeSpan.FromMinutes(2));
        await world.DeliverAsync();
        (await world.CounterpartAsync(project, "project")).Get("phase").ToString().ShouldBe("two");
        (await world.WorkAsync("plan")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Change_WhoseInsidesFail_KeepsTheRowUntilTheyAreDone()
    {
        using var world = await LiveWorld.LiveAsync();
        var project = world.Left.Create("projects", FieldSet.Of(("name", FieldValue.Of("Tower")), ("code", FieldValue.Of("T")), ("phase", FieldValue.Of("one"))), Actor.User);
        await world.SendAsync(Side.Left, project);
        world.Network.Gate = (what, _) => what.Contains("plans", StringComparison.Ordinal) ? throw new InvalidOperationException("The process ends here.") : default;

        await Should.ThrowAsync<Exception>(() => world.DeliverAsync());
        world.Network.Gate = null;
        world.Time.Advance(TimeSpan.FromMinutes(2));
        await world.DeliverAsync();

        (await world.CounterpartAsync(project, "project")).Get("phase").ToString().ShouldBe("one");
        (await world.WorkAsync("project")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Deletion_WhileOthersAreFound_IsOne()
    {
        using var world = await LiveWorld.LiveAsync();
        var (company, _) = (await world.CompanyAsync("Acme"), await world.CompanyAsync("Other"));
        var counterpart = await world.CounterpartAsync(company);
        world.Left.Delete(company, Actor.User);

        await world.SendAsync(Side.Left, company);
        await world.DeliverAsync();

        counterpart.Get("state").ToString().ShouldBe("archived");
        (await world.LinkAsync(Side.Left, company.Id))!.State.ShouldBe(LinkState.Tombstone);
        (await world.WorkAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Deletion_WhileNothingElseIsFoundEither_IsNotBelievedAndStaysOnTheList()
    {
        using var world = await LiveWorld.LiveAsync();
        var (company, _) = (await world.CompanyAsync("Acme"), await world.CompanyAsync("Other"));
        var counterpart = await world.CounterpartAsync(company);
        world.Server(Side.Left).ForbiddenKind = "companies";
        world.Server(Side.Left).StillVisible = -1;

        await world.SendAsync(Side.Left, company);
        await world.DeliverAsync();

        counterpart.Get("state").ToString().ShouldNotBe("archived");
        (await world.LinkAsync(Side.Left, company.Id))!.State.ShouldBe(LinkState.Active);
        var work = (await world.WorkAsync()).ShouldHaveSingleItem();
        (work.Reason, work.RecordId).ShouldBe((WorkReason.Retry, company.Id));

        // The right is given back; without a further event the record is looked at again.
        world.Server(Side.Left).ForbiddenKind = null;
        world.Left.Edit(company, NewPhone, Actor.User);
        world.Time.Advance(TimeSpan.FromMinutes(5));
        await world.PollAsync();
        counterpart.Get("tel").ToString().ShouldBe("123");
        (await world.WorkAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Work_ThatABatchLeaves_IsHintedAtWhateverTheCrash()
    {
        // The other system makes something else of the value, so the record is to be planned again. Storage fails from every call on
        // in turn, as in a crash, and the message is lost, too.
        var crashes = 0;
        for (var number = 1; ; number++)
        {
            using var world = await LiveWorld.LiveAsync();
            var company = await world.CompanyAsync("Acme");
            world.Left.Edit(company, FieldSet.Of(("phone", FieldValue.Of("no digits"))), Actor.User);
            await world.SendAsync(Side.Left, company);
            world.Storage.Reset();
            world.Storage.FailFrom(number, FailurePoint.BeforeSending);
            var failed = await FailsAsync(world);
            world.Storage.Reset();
            if (!failed) break;
            crashes++;
            var left = (await world.WorkAsync()).Where(item => item.Reason != WorkReason.Webhook).ToList();
            if (left.Count > 0) (await world.Get<FlowStore>().LoadAsync(LiveWorld.Key, Cancel))!.Hints.ShouldHaveSingleItem($"A crash at call {number} left {left[0]}.");
        }

        crashes.ShouldBeGreaterThan(8);
    }

    private static async Task<bool> FailsAsync(LiveWorld world)
    {
        try
        {
            await world.DeliverAsync();
            return false;
        }
        catch (Exception exception) when (exception is not Xunit.Sdk.XunitException)
        {
            return true;
        }
    }

    private static async Task<Versioned<Guard>> TakeGuardAsync(LiveWorld world) =>
        (await world.Get<FlowStore>().TryTakeAsync(LiveWorld.Key, Lane.Live, new RunId("run"), RunStatus.Syncing, "Delta", "test", TimeSpan.FromHours(1), Cancel)).ShouldNotBeNull();
}
