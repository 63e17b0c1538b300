using System.Collections.Concurrent;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.Durable.Tests;

/// <summary>Three processes of one hub, which are killed and replaced at random while storage fails at random.</summary>
[Trait("Category", "Host")]
public sealed class ChaosTests(AzuriteFixture azurite, ITestOutputHelper output)
{
    private const int Instances = 40;
    private readonly ConcurrentDictionary<string, int> _runs = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Processes_KilledAndFailingAtRandom_EveryResultIsRight(int seed)
    {
        var random = new Random(seed);
        var name = AzuriteFixture.NewPrefix();
        await using var observer = TestHub.Create(azurite, new LambdaFunctions(), name);
        var hubs = new List<TestHub>();
        for (var i = 0; i < 3; i++) hubs.Add(await StartAsync(name, random.Next()));
        for (var i = 0; i < Instances; i++) await StartInstanceAsync(observer, i);

        var kills = 0;
        while (!await HaveAllEndedAsync(observer))
        {
            await Task.Delay(random.Next(100, 500), Cancel);
            if (kills == 12) continue;
            kills++;
            var victim = random.Next(hubs.Count);
            hubs[victim].Kill();
            await hubs[victim].DisposeAsync();
            hubs[victim] = await StartAsync(name, random.Next());
        }

        for (var i = 0; i < Instances; i++)
        {
            var ended = await observer.EndOfAsync($"chaos{i}");
            ended.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed, $"seed {seed}, instance {i}: {ended.SerializedOutput}");
            ended.ReadOutputAs<int>().ShouldBe((5 * i) + 100 + 3 + 1000, $"seed {seed}, instance {i}");
        }

        output.WriteLine($"Seed {seed}: {kills} kills, {_runs.Count} activities run {_runs.Values.Sum()} times");
        await TestHub.UntilAsync(async () => (await observer.Engine.Store.PollAsync(DateTimeOffset.UtcNow.AddYears(1), Cancel)).Work.Count == 0);
        foreach (var hub in hubs) await hub.DisposeAsync();
    }

    private async Task<TestHub> StartAsync(string name, int seed)
    {
        var random = new Random(seed);
        var gate = new Lock();
        var transport = new CountingTransport();
        transport.Fail(_ => Chance(0.015), FailurePoint.BeforeSending);
        transport.Fail(_ => Chance(0.015), FailurePoint.AfterSending);
        while (true)
        {
            var hub = TestHub.Create(azurite, Functions(), name, transport: transport);
            try
            {
                await hub.Engine.StartAsync(Cancel);
                return hub;
            }
            catch (Azure.RequestFailedException)
            {
                await hub.DisposeAsync();
            }
        }

        bool Chance(double probability)
        {
            lock (gate) return random.NextDouble() < probability;
        }
    }

    private static async Task StartInstanceAsync(TestHub client, int number) =>
        await client.Client.ScheduleNewOrchestrationInstanceAsync("Top", number, new StartOrchestrationOptions($"chaos{number}"), Cancel);

    private static async Task<bool> HaveAllEndedAsync(TestHub client)
    {
        var ended = await client.Client.GetAllInstancesAsync(new OrchestrationQuery(InstanceIdPrefix: "chaos", PageSize: 1000))
            .CountAsync(instance => instance.IsCompleted && !instance.InstanceId.Contains('/'), Cancel);
        return ended == Instances;
    }

    private LambdaFunctions Functions() => new LambdaFunctions()
        .Activity<string, int>("Number", async text =>
        {
            _runs.AddOrUpdate(text, 1, (_, n) => n + 1);
            await Task.Delay(text.Length % 5 * 40);
            return int.Parse(text.Split(':')[^1]);
        })
        .Orchestrator("Child", async context =>
        {
            var sum = await context.CallActivityAsync<int>("Number", $"{context.InstanceId}:40");
            await context.CreateTimer(TimeSpan.FromMilliseconds(30), Cancel);
            return sum + await context.CallActivityAsync<int>("Number", $"{context.InstanceId}:10");
        })
        .Orchestrator("Top", async context =>
        {
            var number = context.GetInput<int>();
            if (number >= 100) return number + await context.WaitForExternalEvent<int>("carried");

            var five = await Task.WhenAll(Enumerable.Range(0, 5).Select(n => context.CallActivityAsync<int>("Number", $"{context.InstanceId}/{n}:{number}")));
            var children = await Task.WhenAll(Enumerable.Range(0, 2).Select(n =>
                context.CallSubOrchestratorAsync<int>("Child", options: new SubOrchestrationOptions(instanceId: $"{context.InstanceId}/child{n}"))));
            context.SendEvent(context.InstanceId, "three", 3);
            var sum = five.Sum() + children.Sum() + await context.WaitForExternalEvent<int>("three");
            context.SendEvent(context.InstanceId, "carried", 1000);
            context.ContinueAsNew(sum);
            return 0;
        });
}
