using SyncFunctions.App.Sync;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Tests.Sync;

public sealed class SweepTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Companies = 300;

    private static readonly RunId Run = new("sweep");

    private FlowWorld _world = null!;

    public async ValueTask InitializeAsync()
    {
        _world = await FlowWorld.LiveAsync();
        await _world.Synergy.CreateAllAsync("contacts", Enumerable.Range(1, Companies).Select(number => new { name = $"Company {number}" }));
        for (var round = 0; round < 2; round++) await _world.SyncAsync("company");
        (await _world.TinyPlus.AllAsync("companies")).Count.ShouldBe(Companies);
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Sweep_OfRecordsInStep_TakesAFifthOfAnOperationEach()
    {
        _world.Storage.Reset();

        await SweepAsync();

        (_world.Storage.Calls.Count / (double)Companies).ShouldBeLessThanOrEqualTo(0.2, string.Join(Environment.NewLine, _world.Storage.Calls.Select(call => $"{call.Method} {call.Uri.AbsolutePath}")));
    }

    [Fact]
    public async Task Sweep_AsARun_TakesThreeTenthsOfADurableOperationEach()
    {
        await using var hub = await FlowHub.StartAsync(_world);
        hub.Storage.Reset();

        var run = await hub.RunAsync(RunMode.Comprehensive);

        run.Outcome.ShouldBe(RunOutcome.Succeeded);
        run.Counts["company"].Done.ShouldBe(2 * Companies);
        output.WriteLine($"{Companies} linked records: {hub.Storage.Count} operations: {string.Join(", ", hub.Storage.ByOperation)}");
        (hub.Storage.Count / (double)Companies).ShouldBeLessThanOrEqualTo(0.3, string.Join(", ", hub.Storage.ByOperation));
    }

    [Fact]
    public async Task Sweep_WhosePagesAreDoneTwice_DoublesAndDeletesNothing()
    {
        await _world.Synergy.DeleteAsync((await _world.Synergy.AllAsync("contacts"))[0]);

        await _world.WalkAsync(RunMode.Comprehensive, Run, "company");
        await SweepAsync();
        await GoneAsync();

        var there = await _world.TinyPlus.AllAsync("companies");
        there.Count.ShouldBe(Companies);
        there.Count(company => company["record_status"] == "archived").ShouldBe(1);
        (await _world.LogAsync("archived")).Count.ShouldBe(1);
    }

    private async Task SweepAsync()
    {
        await _world.WalkAsync(RunMode.Comprehensive, Run, "company");
        await GoneAsync();
    }

    private async Task GoneAsync()
    {
        var flow = (await _world.Get<FlowContexts>().LoadAsync(FlowWorld.Key, default)).ShouldNotBeNull();
        await _world.Get<GoneSync>().RunAsync(new WorkScope(flow, flow.Pair.Kind("company"), RunMode.Comprehensive, Run, 0), default);
    }
}
