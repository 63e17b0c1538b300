using System.Collections.Immutable;
using SyncFunctions.App.Connections;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.App.Tests.Connections;

public sealed class BudgetTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private static readonly ConnectionId Connection = new("left");

    private HttpWorld _world = null!;

    public async ValueTask InitializeAsync()
    {
        _world = await HttpWorld.StartAsync(azurite);

        // Not shortly before midnight, when the day could end in the middle of a test.
        var now = _world.Time.GetUtcNow();
        _world.Time.Advance(now.UtcDateTime.Date.AddDays(1).AddHours(6) - now.UtcDateTime);
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Theory]
    [InlineData(300, 5)]
    [InlineData(500, 5)]
    [InlineData(60_000, 600)]
    [InlineData(3, 5)]
    public void Block_IsAHundredthOfTheDayAndFiveAtLeast(int limit, int block) => StoredCallBudget.BlockOf(limit).ShouldBe(block);

    [Fact]
    public async Task Calls_OfSeveralInstances_AreNeverMoreThanTheDayAllows()
    {
        const int Limit = 23;
        var instances = Enumerable.Range(0, 3).Select(_ => Budget(Limit)).ToList();

        var results = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => instances[i % 3].TakeAsync(default).AsTask()));

        results.Count(until => until is null).ShouldBe(Limit);
        var reset = results.OfType<DateTimeOffset>().Distinct().ShouldHaveSingleItem();
        reset.TimeOfDay.ShouldBe(TimeSpan.Zero);
        reset.ShouldBeInRange(_world.Time.GetUtcNow(), _world.Time.GetUtcNow().AddDays(1));
    }

    [Fact]
    public async Task Call_InsideABlock_CostsNoStorage()
    {
        var budget = Budget(300);
        await budget.TakeAsync(default);

        var taken = await UsedAsync();
        for (var i = 0; i < 4; i++) (await budget.TakeAsync(default)).ShouldBeNull();

        taken.ShouldBe(5);
        (await UsedAsync()).ShouldBe(5);
        await budget.TakeAsync(default);
        (await UsedAsync()).ShouldBe(10);
    }

    [Fact]
    public async Task Day_ThatIsNew_HasItsOwnBudget()
    {
        var budget = Budget(5);
        for (var i = 0; i < 5; i++) (await budget.TakeAsync(default)).ShouldBeNull();
        (await budget.TakeAsync(default)).ShouldNotBeNull();

        _world.Time.Advance(TimeSpan.FromDays(1));

        (await budget.TakeAsync(default)).ShouldBeNull();
    }

    [Fact]
    public async Task Block_OfYesterday_IsNotUsedToday()
    {
        var budget = Budget(300);
        await budget.TakeAsync(default);

        _world.Time.Advance(TimeSpan.FromDays(1));
        await budget.TakeAsync(default);

        (await UsedAsync()).ShouldBe(5);
    }

    [Fact]
    public async Task Plan_ThatATenantMovesTo_AppliesAtOnce()
    {
        var connection = await _world.AddConnectionAsync("synergy", "left");
        var (budgets, catalog) = (_world.Get<CallBudgets>(), _world.Get<Systems>()["synergy"].Catalog);
        var settings = _world.Get<SystemSettings>().Of(catalog, connection);
        await _world.Get<BudgetStore>().UseAsync(HttpWorld.Tenant, Connection, Today, 300, 300, default);

        (await budgets.Of(catalog, connection, settings).TakeAsync(default)).ShouldNotBeNull();
        (await budgets.Of(catalog, connection, settings.SetItem("plan", "premium")).TakeAsync(default)).ShouldBeNull();
        (await budgets.UsedTodayAsync(HttpWorld.Tenant, Connection, default)).ShouldBe(301);
    }

    [Fact]
    public void System_WithoutABudget_IsNotCounted()
    {
        var connection = new StoredConnection(HttpWorld.Tenant, Connection, "tinyplus", "x") { CreatedAt = DateTimeOffset.UnixEpoch };

        _world.Get<CallBudgets>().Of(_world.Get<Systems>()["tinyplus"].Catalog, connection, ImmutableDictionary<string, string>.Empty).ShouldBe(UnlimitedCalls.Instance);
    }

    private DateOnly Today => DateOnly.FromDateTime(_world.Time.GetUtcNow().UtcDateTime);

    private StoredCallBudget Budget(int limit) => new(HttpWorld.Tenant, Connection, _world.Get<BudgetStore>(), _world.Time) { Limit = limit };

    private Task<int> UsedAsync() => _world.Get<BudgetStore>().ReadAsync(HttpWorld.Tenant, Connection, Today, default);
}
