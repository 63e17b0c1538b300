using SyncFunctions.Engine;
using SyncFunctions.Simulation.Service;
using SyncFunctions.Simulation.Time;
using SyncFunctions.Simulation.Vendors;

namespace SyncFunctions.Simulation.Tests.Service;

[Trait("Category", "Simulation")]
public sealed class ServiceWorldTests(ITestOutputHelper output)
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

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Run_SameSeed_HasTheSameTrace(int seed)
    {
        var lines = new List<string>();
        var first = SingleThread.Run(() => ServiceRun.Run(seed, 100, lines.Add));
        var at = 0;
        var second = SingleThread.Run(() => ServiceRun.Run(seed, 100, line => line.ShouldBe(at < lines.Count ? lines[at] : "", $"line {at++}")));

        second.Trace.ShouldBe(first.Trace);
        output.WriteLine($"{lines.Count} lines, {first.Effects} effects, {first.Writes} writes, hash {first.Trace}\n{first}");
    }
}
