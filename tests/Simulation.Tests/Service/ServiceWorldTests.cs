using SyncFunctions.Engine;
using SyncFunctions.Simulation.Service;
using SyncFunctions.Simulation.Time;
using SyncFunctions.Simulation.Vendors;

namespace SyncFunctions.Simulation.Tests.Service;

public sealed class ServiceWorldTests
{
    [Fact]
    public void Company_CreatedOnTheLeft_IsOnTheRight() => SingleThread.Run(() =>
    {
        using var world = new ServiceWorld(1, faults: false);
        world.Observe(() => ServiceSetup.BeginAsync(world, FakePair.Defaults));
        world.AddInstance();
        world.RunFor(TimeSpan.FromMinutes(10));
        world.Vendors.Left.Account.Create("companies", FieldSet.Of(("code", FieldValue.Of("c1")), ("name", FieldValue.Of("Acme"))), Actor.User);
        world.RunFor(TimeSpan.FromMinutes(20));

        world.Vendors.Right.Account.Live("accounts").Select(record => record.Get("title").ToString()).ShouldBe(["Acme"], string.Join('\n', world.Trace.Last(300)));
        world.Surprises.ShouldBeEmpty();
        return 0;
    });
}
