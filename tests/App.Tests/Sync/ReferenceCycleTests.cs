using SyncFunctions.Engine;
using SyncFunctions.Pairs;
using SyncFunctions.Simulation.Vendors;
using SyncFunctions.State;

namespace SyncFunctions.App.Tests.Sync;

/// <summary>Contacts that each need another contact: where the right side cannot hold one without the other.</summary>
public sealed class ReferenceCycleTests
{
    private static readonly Pair OfContacts = FakePair.Pair with
    {
        Kinds = [FakePair.Contact with { Fields = [.. FakePair.Contact.Fields.Select(field => field.Name == "company" ? field with { References = "contact" } : field)] }],
    };

    [Fact]
    public async Task Records_ThatNeedEachOther_SaySoOnceAndDoNotWait()
    {
        using var world = await LiveWorld.LiveAsync(pair: OfContacts);
        var first = Contact(world, "one", null);
        var second = Contact(world, "two", first.Id);
        world.Left.Edit(first, FieldSet.Of(("company", new FieldValue.Reference(second.Id))), Actor.User);

        for (var polls = 0; polls < 4; polls++)
        {
            await world.PollAsync();
            world.Time.Advance(TimeSpan.FromMinutes(10));
        }

        var log = await world.LogAsync();
        log.Count(line => line.StartsWith("skipped-reference-", StringComparison.Ordinal)).ShouldBe(2, string.Join('\n', log));
        log.ShouldContain(line => line.StartsWith("skipped-reference-cycle", StringComparison.Ordinal) && line.Contains(first.Id, StringComparison.Ordinal) && line.Contains(second.Id, StringComparison.Ordinal));
        (await world.WorkAsync("contact")).ShouldBeEmpty();
        world.Right.Live("contacts").ShouldBeEmpty();
    }

    [Fact]
    public async Task Record_ThatNeedsOneThatIsNotThereYet_Waits()
    {
        using var world = await LiveWorld.LiveAsync(pair: OfContacts);
        Contact(world, "one", "L9999");

        await world.PollAsync();

        (await world.WorkAsync("contact")).ShouldHaveSingleItem().Reason.ShouldBe(WorkReason.Parked);
        (await world.LogAsync()).ShouldNotContain(line => line.StartsWith("skipped-reference", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Record_ThatNeedsOneThatIsNeverThere_SaysSoAndDoesNotWaitForIt()
    {
        using var world = await LiveWorld.LiveAsync(pair: OfContacts);
        Contact(world, "one", "L9999");

        for (var polls = 0; polls < 6; polls++)
        {
            await world.PollAsync();
            world.Time.Advance(TimeSpan.FromMinutes(5));
        }

        (await world.LogAsync()).ShouldContain(line => line.StartsWith("skipped-reference-excluded", StringComparison.Ordinal) && line.Contains("has no contact L9999", StringComparison.Ordinal));
        (await world.WorkAsync("contact")).ShouldBeEmpty();
        world.Right.Live("contacts").ShouldBeEmpty();
    }

    [Fact]
    public async Task Field_ThatRefersToWhatIsNeverThere_IsToldOnceAndForgottenWithTheReference()
    {
        using var world = await LiveWorld.LiveAsync(pair: FakePair.Pair with { Kinds = [FakePair.Company, FakePair.Project] });
        var company = await world.CompanyAsync("Acme");
        var project = world.Left.Create("projects", FieldSet.Of(("code", FieldValue.Of("P1")), ("name", FieldValue.Of("one")), ("client", new FieldValue.Reference("L9999")), ("active", new FieldValue.Flag(true))), Actor.User);
        await LookAsync();
        (await world.WorkAsync("project")).ShouldBeEmpty();
        world.Left.Edit(project, FieldSet.Of(("name", FieldValue.Of("two"))), Actor.User);
        await LookAsync();

        (await world.LogAsync()).Count(line => line.StartsWith("skipped-reference-excluded", StringComparison.Ordinal)).ShouldBe(1);
        (await world.CounterpartAsync(project, "project")).Get("title").ToString().ShouldBe("two");
        world.Left.Edit(project, FieldSet.Of(("client", new FieldValue.Reference(company.Id))), Actor.User);
        await LookAsync();
        (await world.CounterpartAsync(project, "project")).Get("account").ShouldBe(new FieldValue.Reference((await world.CounterpartAsync(company)).Id));

        async Task LookAsync()
        {
            for (var polls = 0; polls < 6; polls++)
            {
                await world.PollAsync();
                world.Time.Advance(TimeSpan.FromMinutes(5));
            }
        }
    }

    private static FakeRecord Contact(LiveWorld world, string code, string? needs) => world.Left.Create("people", FieldSet.Of(
        ("code", FieldValue.Of(code)), ("name", FieldValue.Of(code)), ("company", needs is null ? FieldValue.None : new FieldValue.Reference(needs)), ("active", new FieldValue.Flag(true))), Actor.User);
}
