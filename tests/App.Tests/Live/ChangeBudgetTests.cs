using SyncFunctions.Engine;
using SyncFunctions.Simulation.Vendors;

namespace SyncFunctions.App.Tests.Live;

/// <summary>What a change by webhook costs beside queue traffic, once its hook is known to the process.</summary>
public sealed class ChangeBudgetTests
{
    [Fact]
    public async Task Change_Alone_TakesNineOperationsAndThreeCalls()
    {
        using var world = await LiveWorld.LiveAsync();
        var company = await world.CompanyAsync("Acme");
        await EditAsync(world, company, "111");
        world.Left.Edit(company, FieldSet.Of(("phone", FieldValue.Of("123"))), Actor.User);
        var calls = world.Network.Calls;
        world.Storage.Reset();

        await world.SendAsync(Side.Left, company);
        await world.DeliverAsync();

        var operations = world.TableCalls();
        operations.Count.ShouldBeLessThanOrEqualTo(9, string.Join('\n', operations));
        (world.Network.Calls - calls).ShouldBeLessThanOrEqualTo(3);
        (await world.CounterpartAsync(company)).Get("tel").ToString().ShouldBe("123");
    }

    [Fact]
    public async Task Change_Echo_TakesSevenOperationsAndOneCall()
    {
        using var world = await LiveWorld.LiveAsync();
        var company = await world.CompanyAsync("Acme");
        await EditAsync(world, company, "123");
        var echoed = await world.CounterpartAsync(company);
        await world.SendAsync(Side.Right);
        var calls = world.Network.Calls;
        world.Storage.Reset();

        await world.SendAsync(Side.Right, echoed);
        await world.DeliverAsync();

        var operations = world.TableCalls();
        operations.Count.ShouldBeLessThanOrEqualTo(7, string.Join('\n', operations));
        (world.Network.Calls - calls).ShouldBe(1);
        (await world.WorkAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Change_InABurst_TakesFourOperations()
    {
        const int Burst = 20;
        using var world = await LiveWorld.LiveAsync();
        var companies = new List<FakeRecord>();
        foreach (var number in Enumerable.Range(0, Burst)) companies.Add(await world.CompanyAsync($"Company {number}"));
        foreach (var company in companies) world.Left.Edit(company, FieldSet.Of(("phone", FieldValue.Of("123"))), Actor.User);
        world.Storage.Reset();

        await Task.WhenAll(companies.Select(company => world.SendAsync(Side.Left, company)));
        await world.DeliverAsync();

        var operations = world.TableCalls();
        operations.Count.ShouldBeLessThanOrEqualTo(Burst * 4, string.Join('\n', operations));
        foreach (var company in companies) (await world.CounterpartAsync(company)).Get("tel").ToString().ShouldBe("123");
    }

    private static async Task EditAsync(LiveWorld world, FakeRecord company, string phone)
    {
        world.Left.Edit(company, FieldSet.Of(("phone", FieldValue.Of(phone))), Actor.User);
        await world.SendAsync(Side.Left, company);
        await world.DeliverAsync();
    }
}
