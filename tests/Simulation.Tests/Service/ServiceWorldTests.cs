using SyncFunctions.Engine;
using SyncFunctions.Simulation.Service;
using SyncFunctions.Simulation.Vendors;

namespace SyncFunctions.Simulation.Tests.Service;

public sealed class ServiceWorldTests
{
    [Fact]
    public void Company_CreatedOnTheLeft_IsOnTheRight()
    {
        using var world = Begin(1, faults: false);
        world.RunFor(TimeSpan.FromMinutes(10));
        world.Vendors.Left.Account.Create("companies", FieldSet.Of(("code", FieldValue.Of("c1")), ("name", FieldValue.Of("Acme"))), Actor.User);
        world.RunFor(TimeSpan.FromMinutes(20));

        world.Vendors.Right.Account.Live("accounts").Select(record => record.Get("title").ToString()).ShouldBe(["Acme"], string.Join('\n', world.Trace.Last(300)));
        world.Surprises.ShouldBeEmpty();
    }

    private static ServiceWorld Begin(int seed, bool faults)
    {
        var world = new ServiceWorld(seed, faults);
        world.Observe(async _ =>
        {
            await ServiceSetup.BeginAsync(world, FakePair.Defaults);
            return 0;
        });
        world.AddInstance();
        return world;
    }
}
