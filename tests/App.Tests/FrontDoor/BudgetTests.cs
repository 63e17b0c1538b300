using System.Text.Json;
using SyncFunctions.Engine;
using SyncFunctions.State;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.App.Tests.FrontDoor;

public sealed class BudgetTests(FrontDoorStack door)
{
    private const int Limit = 300;
    private const int Left = 30;

    [Fact]
    public async Task Flow_WithFewCallsLeftToday_SlowsDownSaysSoAndStaysWithinThem()
    {
        var stack = await door.StackAsync();
        await using var practice = await SyncedPractice.ConnectedAsync(stack, plan: "standard");
        var today = DateOnly.FromDateTime(DateTime.UtcNow);
        var before = await practice.Synergy.CallsAsync();

        // Another instance of the app has used up most of the day's calls.
        var tables = new StateTables(StateClients.Create(name => name == StateClients.Connection ? stack.Storage : null));
        await new BudgetStore(tables, new IdSource(TimeProvider.System)).UseAsync(new TenantId(practice.Tenant), new ConnectionId("left"), today, Limit - Left, Limit, TestContext.Current.CancellationToken);
        await practice.GoLiveAsync();
        await practice.TinyPlus.CreateAllAsync("companies", Enumerable.Range(1, 60).Select(number => new { name = $"Company {number}" }));
        await practice.PostAsync("/sync", new { mode = "delta" });
        await practice.LoggedAsync("failed-ratelimited", new { kind = "company" });

        // The polls before the last call may have put the next one off until tonight; one that is under way says when the next is at its end.
        await new DueStore(tables, new IdSource(TimeProvider.System)).PutAsync(new FlowKey(new TenantId(practice.Tenant), new FlowId("flow")), DateTimeOffset.UtcNow, TestContext.Current.CancellationToken);
        var tomorrow = new DateTimeOffset(today.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero);
        JsonElement status = default;
        await Eventually.HoldsAsync(async () =>
            (status = await practice.GetAsync("/status")).GetProperty("nextDueAt").GetDateTimeOffset() < tomorrow ? $"The flow is polled again today: {status}" : null);
        Assert.SkipWhen(DateOnly.FromDateTime(DateTime.UtcNow) != today, "A new day began, with a budget of its own.");
        (await practice.Synergy.CallsAsync() - before).ShouldBeLessThanOrEqualTo(Left);
        status.GetProperty("pollPlan").GetString()!.ShouldContain("300 calls a day to Total Synergy");
        var budget = status.GetProperty("budgets")[0].GetProperty("budget");
        budget.GetProperty("usedToday").GetInt32().ShouldBe(Limit);
        (await practice.Synergy.AllAsync("contacts")).Count.ShouldBeInRange(1, Left);
    }
}
