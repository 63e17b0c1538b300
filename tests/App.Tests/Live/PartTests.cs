using SyncFunctions.App.Sync;
using SyncFunctions.Engine;
using SyncFunctions.Simulation.Vendors;
using SyncFunctions.State;

namespace SyncFunctions.App.Tests.Live;

/// <summary>Webhooks about what lives inside projects: companies hold people here.</summary>
public sealed class PartTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Webhook_AboutANewPartOfALinkedProject_MakesItAtOnce()
    {
        using var world = await WorldAsync();
        var company = await world.CompanyAsync("Acme");
        var person = Person(world, company, "Ann");
        await world.SendAsync(Side.Left, person);
        await world.DeliverAsync();

        var link = (await world.LinkAsync(Side.Left, person.Id, "contact")).ShouldNotBeNull();
        link.State.ShouldBe(LinkState.Active);
        link.Id.Project.ShouldBe((await world.LinkAsync(Side.Left, company.Id)).ShouldNotBeNull().Id);
        world.Right.Find("contacts", link.RightId!).ShouldNotBeNull().Get("title").ShouldBe(FieldValue.Of("Ann"));
    }

    [Fact]
    public async Task Webhook_AboutAChangeOfAPart_DoesNotWaitForTheCoolDown()
    {
        using var world = await WorldAsync(TimeSpan.FromHours(1));
        var company = await world.CompanyAsync("Acme");
        var person = Person(world, company, "Ann");
        await world.SendAsync(Side.Left, person);
        await world.DeliverAsync();
        world.Left.Edit(person, FieldSet.Of(("name", FieldValue.Of("Anna"))), Actor.User);
        world.Storage.Reset();
        await world.SendAsync(Side.Left, person);
        await world.DeliverAsync();

        // One more than a change of a record of its own: whether the project rests is looked at each time.
        var operations = world.TableCalls();
        operations.Count.ShouldBeLessThanOrEqualTo(10, string.Join('\n', operations));
        (await world.CounterpartAsync(person, "contact")).Get("title").ShouldBe(FieldValue.Of("Anna"));
    }

    [Fact]
    public async Task Webhook_AboutOurOwnWrite_TakesSevenOperationsAndOneCall()
    {
        using var world = await WorldAsync();
        var company = await world.CompanyAsync("Acme");
        var person = Person(world, company, "Ann");
        await world.SendAsync(Side.Left, person);
        await world.DeliverAsync();
        world.Left.Edit(person, FieldSet.Of(("name", FieldValue.Of("Anna"))), Actor.User);
        await world.SendAsync(Side.Left, person);
        await world.DeliverAsync();
        var echoed = await world.CounterpartAsync(person, "contact");
        await world.SendAsync(Side.Right);
        var calls = world.Network.Calls;
        world.Storage.Reset();
        await world.SendAsync(Side.Right, echoed);
        await world.DeliverAsync();

        var operations = world.TableCalls();
        operations.Count.ShouldBeLessThanOrEqualTo(7, string.Join('\n', operations));
        (world.Network.Calls - calls).ShouldBe(1);
    }

    [Fact]
    public async Task Webhook_AboutAPartOfAPausedProject_IsLeftAlone()
    {
        using var world = await WorldAsync();
        var company = await world.CompanyAsync("Acme");
        var person = Person(world, company, "Ann");
        await world.SendAsync(Side.Left, person);
        await world.DeliverAsync();
        var link = (await world.LinkAsync(Side.Left, company.Id)).ShouldNotBeNull();
        (await world.Get<LinkControl>().PauseAsync(new LinkScope(LiveWorld.Key, "company"), link.Id, Cancel)).Done.ShouldBeTrue();
        world.Left.Edit(person, FieldSet.Of(("name", FieldValue.Of("Anna"))), Actor.User);
        await world.SendAsync(Side.Left, person);
        await world.DeliverAsync();

        (await world.CounterpartAsync(person, "contact")).Get("title").ShouldBe(FieldValue.Of("Ann"));
        (await world.WorkAsync("contact")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Webhook_AboutAPartOfAProjectThatIsNotLinked_LeavesNothing()
    {
        using var world = await WorldAsync();
        var stranger = world.Left.Create("companies", FieldSet.Of(("name", FieldValue.Of("Elsewhere")), ("code", FieldValue.Of("e"))), Actor.User);
        var person = Person(world, stranger, "Bob");
        await world.SendAsync(Side.Left, person);
        await world.DeliverAsync();

        (await world.WorkAsync("contact")).ShouldBeEmpty();
        (await world.LinkAsync(Side.Left, person.Id, "contact")).ShouldBeNull();
        world.Right.Live("contacts").ShouldBeEmpty();
        (await world.LogAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Webhook_AboutANewProject_AsksForARunOfAllThatIsInside()
    {
        using var world = await WorldAsync();
        var company = await world.CompanyAsync("Acme");

        var link = (await world.LinkAsync(Side.Left, company.Id)).ShouldNotBeNull();
        var project = (await world.Get<ProjectStore>().GetAsync(LiveWorld.Key, link.Id, Cancel)).ShouldNotBeNull().Value;
        project.IsAsked.ShouldBeTrue();
        project.Facts.Name.ShouldBe("Acme");
        project.Facts.LeftId.ShouldBe(company.Id);
        (await world.Get<ProjectStore>().RequestsAsync(LiveWorld.Key, 10, Cancel)).ShouldHaveSingleItem().Link.ShouldBe(link.Id);
    }

    [Fact]
    public async Task Webhook_Repeated_WritesNothingMore()
    {
        using var world = await WorldAsync();
        var company = await world.CompanyAsync("Acme");
        var person = Person(world, company, "Ann");
        await world.SendAsync(Side.Left, person);
        await world.DeliverAsync();
        for (var time = 0; time < 3; time++)
        {
            await world.SendAsync(Side.Left, person);
            await world.SendAsync(Side.Right, await world.CounterpartAsync(person, "contact"));
            await world.DeliverAsync();
        }

        world.Right.Live("contacts").ShouldHaveSingleItem();
        world.Left.Live("people").ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Poll_WithNothingToDo_TakesFiveOperationsAndACallAKindAndSide()
    {
        using var world = await WorldAsync();
        await world.PollAsync();
        var calls = world.Network.Calls;
        world.Storage.Reset();
        await world.PollAsync();

        world.Storage.Calls.Count.ShouldBeLessThanOrEqualTo(5, string.Join('\n', world.Storage.Calls.Select(call => $"{call.Operation} {call.Uri.PathAndQuery}")));
        (world.Network.Calls - calls).ShouldBe(4);
    }

    private static Task<LiveWorld> WorldAsync(TimeSpan coolDown = default) =>
        LiveWorld.LiveAsync(FakeParts.Pair.Defaults with { CoolDown = coolDown }, FakeParts.Pair with { Name = FakePair.Name });

    private static FakeRecord Person(LiveWorld world, FakeRecord company, string name) =>
        world.Left.Create("people", FieldSet.Of(("code", FieldValue.Of(name)), ("name", FieldValue.Of(name)), ("company", new FieldValue.Reference(company.Id))), Actor.User);
}
