using SyncFunctions.Engine;
using SyncFunctions.Simulation.Vendors;

namespace SyncFunctions.App.Tests.Live;

/// <summary>A system that changes a record only if it still has the version that we saw last spares us the look at it.</summary>
public sealed class ConditionalWriteTests
{
    [Fact]
    public async Task Change_TowardsASystemWithConditions_TakesTwoCalls()
    {
        using var world = await LiveWorld.LiveAsync(conditional: true);
        var company = await world.CompanyAsync("Acme");
        var account = await world.CounterpartAsync(company);
        await EditAsync(world, account, "111");
        var calls = world.Network.Calls;
        await EditAsync(world, account, "222");

        (world.Network.Calls - calls).ShouldBe(2);
        company.Get("phone").ToString().ShouldBe("222");
    }

    [Fact]
    public async Task Change_WhileTheOtherSideWasEditedToo_LosesNeither()
    {
        using var world = await LiveWorld.LiveAsync(conditional: true);
        var company = await world.CompanyAsync("Acme");
        var account = await world.CounterpartAsync(company);
        await EditAsync(world, account, "111");

        // Nobody has told of this one.
        world.Left.Edit(company, FieldSet.Of(("email", FieldValue.Of("a@acme.example"))), Actor.User);
        await EditAsync(world, account, "222");

        // The look at it, and the write to the side that told.
        for (var round = 0; round < 2; round++)
        {
            world.Time.Advance(TimeSpan.FromSeconds(2));
            await world.DeliverAsync();
        }

        company.Get("phone").ToString().ShouldBe("222");
        company.Get("email").ToString().ShouldBe("a@acme.example");
        account.Get("mail").ToString().ShouldBe("a@acme.example");
        (await world.WorkAsync()).ShouldBeEmpty();
    }

    /// <summary>What never went over is in no base, and must not be taken for blank.</summary>
    [Fact]
    public async Task Change_WhereTheOtherSideHasAValueThatCouldNotGoOver_LeavesThatAlone()
    {
        using var world = await LiveWorld.LiveAsync(conditional: true);
        var company = world.Left.Create("companies", FieldSet.Of(("name", FieldValue.Of("Acme")), ("code", FieldValue.Of("A")), ("status", FieldValue.Of("unheard of"))), Actor.User);
        await world.SendAsync(Side.Left, company);
        await world.DeliverAsync();
        var account = await world.CounterpartAsync(company);
        world.Right.Edit(account, FieldSet.Of(("stage", FieldValue.Of(FakePair.Statuses[0].Right))), Actor.User);
        await world.SendAsync(Side.Right, account);
        await world.DeliverAsync();

        company.Get("status").ToString().ShouldBe("unheard of");
    }

    private static async Task EditAsync(LiveWorld world, FakeRecord account, string phone)
    {
        world.Right.Edit(account, FieldSet.Of(("tel", FieldValue.Of(phone))), Actor.User);
        await world.SendAsync(Side.Right, account);
        await world.DeliverAsync();
    }
}
