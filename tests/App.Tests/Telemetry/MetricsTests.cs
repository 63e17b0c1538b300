using Azure.Data.Tables;
using Microsoft.Extensions.DependencyInjection;
using SyncFunctions.App.Telemetry;
using SyncFunctions.Engine;
using SyncFunctions.Simulation.Vendors;
using SyncFunctions.State;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.App.Tests.Telemetry;

public sealed class MetricsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Changes_HeldOnesAndConflicts_AreCountedByFlowAndKind()
    {
        using var world = await LiveWorld.LiveAsync(FakePair.Defaults with { LockWindow = TimeSpan.FromHours(1) });
        using var sink = new MetricSink(world.Get<SyncMetrics>());
        var company = await world.CompanyAsync("Acme");
        var counterpart = await world.CounterpartAsync(company);
        world.Left.Edit(company, FieldSet.Of(("phone", FieldValue.Of("1"))), Actor.User);
        await world.SendAsync(Side.Left, company);
        await world.DeliverAsync();
        world.Right.Edit(counterpart, FieldSet.Of(("tel", FieldValue.Of("2"))), Actor.User);
        await world.SendAsync(Side.Right, counterpart);
        await world.DeliverAsync();

        sink.Sum("sync.changes", "flow=flow kind=company action=Created").ShouldBe(1);
        sink.Sum("sync.changes", "flow=flow kind=company action=Updated").ShouldBe(1);
        sink.Sum("sync.held", "flow=flow kind=company").ShouldBe(1);
        sink.Count("sync.lag", "flow=flow kind=company").ShouldBe(2);
        sink.Sum("sync.vendor.calls", $"system={FakePair.Right} outcome=ok").ShouldBeGreaterThan(2);
        sink.Sum("sync.conflicts", "flow=flow kind=company").ShouldBe(0);

        // Looked at once more it is not held anew.
        await world.SendAsync(Side.Right, counterpart);
        await world.DeliverAsync();
        sink.Sum("sync.held", "flow=flow kind=company").ShouldBe(1);
        sink.Tags.ShouldNotContain(tags => tags.Contains(HttpWorld.Tenant.Value, StringComparison.Ordinal) || tags.Contains(company.Id, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Gauges_TellWhatWaitsForAPerson()
    {
        using var world = await LiveWorld.LiveAsync();
        using var sink = new MetricSink(world.Get<SyncMetrics>());
        var now = world.Time.GetUtcNow();
        await world.Get<LinkStore>().NoteWorkAsync(new LinkScope(LiveWorld.Key, "company"), [new WorkItem("company", Side.Left, "1", WorkReason.Dead, DateTimeOffset.MaxValue) { FirstAt = now }], Cancel);
        var connections = world.Get<ConnectionStore>();
        var left = (await connections.GetAsync(HttpWorld.Tenant, LiveWorld.ConnectionOf(Side.Left), Cancel)).ShouldNotBeNull();
        await connections.ReplaceAsync(left with { Value = left.Value with { Health = ConnectionHealth.Expired } }, Cancel);
        await world.Get<FlowStore>().TryTakeAsync(LiveWorld.Key, Lane.Import, new RunId("r"), RunStatus.Syncing, "Import", "manual", TimeSpan.FromMinutes(15), Cancel);
        world.Time.Advance(TimeSpan.FromMinutes(10));
        world.Storage.Reset();

        using var gauges = ActivatorUtilities.CreateInstance<Gauges>(world.Services);
        await gauges.RefreshAsync(Cancel);

        sink.Last("sync.dead_letters", "flow=flow kind=company").ShouldBe(1);
        sink.Last("sync.flows.reconnect", "").ShouldBe(1);
        sink.Last("sync.queue.poison", $"queue={AppQueues.ChangesPoison}").ShouldBe(0);
        sink.Last("sync.queue.poison", $"queue={AppQueues.ErasuresPoison}").ShouldBe(0);
        sink.Last("sync.durable.oldest", "").ShouldBe(600, 30);
        world.Storage.Calls.Count.ShouldBeLessThan(14);

        // A run that waits for a vendor, or was told to rest, is not stuck.
        var guard = (await world.Get<FlowStore>().GetGuardAsync(LiveWorld.Key, Lane.Import, Cancel)).ShouldNotBeNull();
        await world.Get<FlowStore>().ReplaceGuardAsync(LiveWorld.Key, RunStatusMachine.Wait(guard.Value, world.Time.GetUtcNow().AddHours(9), "Waits.", world.Time.GetUtcNow(), TimeSpan.FromMinutes(15)), guard.ETag, Cancel);
        await gauges.RefreshAsync(Cancel);
        sink.Last("sync.durable.oldest", "").ShouldBe(0);
    }

    [Fact]
    public async Task Gauges_OfManyFlows_TellAtOnceWhatIsWrongWithOne_AndOfAllInTurn()
    {
        using var world = await LiveWorld.LiveAsync();
        using var sink = new MetricSink(world.Get<SyncMetrics>());
        var (flows, connections) = (world.Get<FlowStore>(), world.Get<ConnectionStore>());
        var like = (await flows.GetAsync(LiveWorld.Key, Cancel)).ShouldNotBeNull().Value;
        var others = Enumerable.Range(1, 99).Select(number => new FlowKey(new TenantId($"tenant{number}"), new FlowId($"flow{number}"))).ToList();
        foreach (var key in others)
        {
            await flows.InsertAsync(like with { Key = key, Pair = key == others[0] ? "taken-away" : like.Pair }, Cancel);
            await connections.InsertAsync(new StoredConnection(key.Tenant, like.Left, FakePair.Left, "left") { CreatedAt = default, Health = key == others[^1] ? ConnectionHealth.Expired : ConnectionHealth.Connected }, Cancel);
        }

        await flows.TryTakeAsync(others[^1], Lane.Import, new RunId("r"), RunStatus.Syncing, "Import", "manual", TimeSpan.FromMinutes(15), Cancel);
        await world.Get<LinkStore>().NoteWorkAsync(new LinkScope(others[^1], "company"), [new WorkItem("company", Side.Left, "1", WorkReason.Dead, DateTimeOffset.MaxValue) { FirstAt = world.Time.GetUtcNow() }], Cancel);
        world.Time.Advance(TimeSpan.FromHours(2));
        using var gauges = ActivatorUtilities.CreateInstance<Gauges>(world.Services);
        world.Storage.Reset();

        await gauges.RefreshAsync(Cancel);

        sink.Last("sync.flows.reconnect", "").ShouldBe(1);
        sink.Last("sync.durable.oldest", "").ShouldBe(7200, 30);
        var kinds = FakePair.Pair.Kinds.Length;
        world.Storage.Calls.Count.ShouldBeLessThanOrEqualTo(6 + 4 * (1 + kinds));

        for (var minute = 2; minute <= 25; minute++) await gauges.RefreshAsync(Cancel);
        sink.Tags.Where(tags => tags.StartsWith("flow=", StringComparison.Ordinal)).Select(tags => tags.Split(' ')[0]).Distinct().Count().ShouldBe(99);
        sink.Last("sync.dead_letters", "flow=flow99 kind=company").ShouldBe(1);
        sink.Last("sync.dead_letters", "flow=flow7 kind=company").ShouldBe(0);
    }

    [Fact]
    public async Task StorageCalls_AreCountedByTable_WithoutWhatTheyAreAbout()
    {
        using var metrics = new SyncMetrics();
        using var sink = new MetricSink(metrics);
        var clients = StateClients.Create(name => name == StateClients.Connection ? MemoryStorage.ConnectionString : null, options =>
        {
            options.Transport = new CountingTransport(new MemoryStorage());
            metrics.CountCalls(options);
        });
        var table = clients.Tables.GetTableClient("tenants");
        await table.CreateAsync(Cancel);
        await table.AddEntityAsync(new TableEntity("ada@example.test", "secret"), Cancel);
        await table.GetEntityAsync<TableEntity>("ada@example.test", "secret", cancellationToken: Cancel);

        sink.Sum("sync.storage.operations", "operation=table get name=tenants").ShouldBe(1);
        sink.Sum("sync.storage.operations", "operation=table post name=tenants").ShouldBe(1);
        sink.Tags.ShouldNotContain(tags => tags.Contains("ada", StringComparison.Ordinal) || tags.Contains("secret", StringComparison.Ordinal));
    }
}
