using Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Engine;
using Microsoft.DurableTask;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.Durable.Tests;

/// <summary>How many storage operations things take.</summary>
[Trait("Category", "Host")]
public sealed class BudgetTests(AzuriteFixture azurite, ITestOutputHelper output)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static readonly LambdaFunctions Functions = new LambdaFunctions()
        .Activity<int, int>("Echo", n => n)
        .Orchestrator("Row", async context =>
        {
            for (var i = 0; i < context.GetInput<int>(); i++) await context.CallActivityAsync<int>("Echo", i);
        })
        .Orchestrator("Parallel", context => Task.WhenAll(Enumerable.Range(0, context.GetInput<int>()).Select(i => context.CallActivityAsync<int>("Echo", i))))
        .Orchestrator("Children", context => Task.WhenAll(Enumerable.Range(0, context.GetInput<int>()).Select(_ => context.CallSubOrchestratorAsync("Row", 1))));

    [Fact]
    public async Task Orchestration_WithSoManyActivities_StaysInItsBudget()
    {
        // Neither polls nor heartbeats fall into the count.
        var options = new HubOptions { HubName = AzuriteFixture.NewPrefix(), PollInterval = TimeSpan.FromMinutes(5), HeartbeatInterval = TimeSpan.FromMinutes(5), OwnerTimeout = TimeSpan.FromMinutes(10) };
        await using var hub = await TestHub.StartAsync(azurite, Functions, options: options);
        await FirstPollAsync(hub);

        output.WriteLine("activities | in a row | at once | budget");
        foreach (var activities in (int[])[0, 1, 5, 10, 20])
        {
            var (row, parallel, budget) = (await CountAsync(hub, "Row", activities), await CountAsync(hub, "Parallel", activities), 5 + (3 * activities));
            output.WriteLine($"{activities,10} | {row,8} | {parallel,7} | {budget,6}");
            row.ShouldBeLessThanOrEqualTo(budget, $"{activities} in a row");
            parallel.ShouldBeLessThanOrEqualTo(budget, $"{activities} at once");
        }

        (await CountAsync(hub, "Parallel", 50)).ShouldBeLessThanOrEqualTo(5 + (3 * 50));
    }

    [Fact]
    public async Task Orchestration_WithChildren_TakesSoMany()
    {
        var options = new HubOptions { HubName = AzuriteFixture.NewPrefix(), PollInterval = TimeSpan.FromMinutes(5), HeartbeatInterval = TimeSpan.FromMinutes(5), OwnerTimeout = TimeSpan.FromMinutes(10) };
        await using var hub = await TestHub.StartAsync(azurite, Functions, options: options);
        await FirstPollAsync(hub);
        hub.Transport.Reset();

        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Children", 10, Cancel);
        await TestHub.UntilAsync(() => Task.FromResult(hub.Transport.ByOperation.GetValueOrDefault("table delete") == 11));

        output.WriteLine($"10 children with an activity each: {hub.Transport.Count} operations: {string.Join(", ", hub.Transport.ByOperation)}");
        hub.Transport.Count.ShouldBeLessThanOrEqualTo(5 + (10 * 8));
    }

    [Fact]
    public async Task IdleHub_TwoSecondPolling_TakesFewOperationsAMinute()
    {
        // A clock thirty times as fast.
        await using var hub = await TestHub.StartAsync(azurite, Functions, options: new HubOptions
        {
            HubName = AzuriteFixture.NewPrefix(),
            PollInterval = TimeSpan.FromSeconds(2) / 30,
            HeartbeatInterval = TimeSpan.FromSeconds(5) / 30,
            OwnerTimeout = TimeSpan.FromSeconds(15),
        });
        await FirstPollAsync(hub);
        hub.Transport.Reset();

        // A minute is thirty polls, however long a busy machine takes for them.
        await TestHub.UntilAsync(() => Task.FromResult(hub.Transport.ByOperation.GetValueOrDefault("table query") >= 30));
        var operations = hub.Transport.ByOperation;

        output.WriteLine($"Idle: {operations.Values.Sum()} operations a minute: {string.Join(", ", operations)}");
        operations.Keys.ShouldBe(["table query", "table replace"], ignoreOrder: true);
        operations.Values.Sum().ShouldBeLessThanOrEqualTo(2 * operations["table query"] + 1);
    }

    /// <summary>The storage operations of one orchestration, from its start to its end.</summary>
    private static async Task<int> CountAsync(TestHub hub, string name, int activities)
    {
        hub.Transport.Reset();
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync(name, activities, Cancel);
        // The index row goes last.
        await TestHub.UntilAsync(() => Task.FromResult(hub.Transport.ByOperation.ContainsKey("table delete")));
        var count = hub.Transport.Count;
        (await hub.EndOfAsync(id)).IsCompleted.ShouldBeTrue();
        return count;
    }

    private static Task FirstPollAsync(TestHub hub) =>
        TestHub.UntilAsync(() => Task.FromResult(hub.Transport.ByOperation.GetValueOrDefault("table query") >= 1));
}
