using System.Collections.Concurrent;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.Durable.Tests;

/// <summary>Several processes of one hub.</summary>
[Trait("Category", "Host")]
public sealed class SharingTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TwoProcesses_ManyOrchestrations_EachActivityRunsOnce()
    {
        var runs = new ConcurrentDictionary<string, int>();
        var functions = new LambdaFunctions()
            .Activity<string, string>("Do", async key =>
            {
                runs.AddOrUpdate(key, 1, (_, n) => n + 1);
                await Task.Delay(1);
                return key;
            })
            .Orchestrator("Child", context => context.CallActivityAsync<string>("Do", context.InstanceId))
            .Orchestrator("Many", async context =>
            {
                await Task.WhenAll(Enumerable.Range(0, 3).Select(n => context.CallActivityAsync<string>("Do", $"{context.InstanceId}/{n}")));
                await context.CallSubOrchestratorAsync("Child", options: new SubOrchestrationOptions(instanceId: $"{context.InstanceId}/child"));
            });
        var name = AzuriteFixture.NewPrefix();

        // Nobody dies here: a process that a busy machine keeps waiting must not be taken for dead.
        var patient = TestHub.Options(name) with { OwnerTimeout = TimeSpan.FromMinutes(1), AnnouncementGrace = TimeSpan.FromMinutes(1) };
        await using var one = await TestHub.StartAsync(azurite, functions, options: patient);
        await using var two = await TestHub.StartAsync(azurite, functions, options: patient);
        await using var client = TestHub.Create(azurite, functions, name);

        // Some are started by a process that works, some by one that is only a client.
        var ids = await Task.WhenAll(Enumerable.Range(0, 20).Select(i =>
            (i % 2 == 0 ? one : client).Client.ScheduleNewOrchestrationInstanceAsync("Many", null, new StartOrchestrationOptions($"m{i}"), Cancel)));

        foreach (var id in ids) (await two.EndOfAsync(id)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed);
        runs.Count.ShouldBe(80);
        runs.Values.ShouldAllBe(n => n == 1);
    }

    [Fact]
    public async Task Event_ThroughAnotherProcess_ReachesTheOneThatWorks()
    {
        var held = 0;
        var functions = new LambdaFunctions()
            .Activity("Hold", cancellation =>
            {
                Interlocked.Increment(ref held);
                return Task.Delay(Timeout.Infinite, cancellation);
            })
            .Orchestrator("Wait", async context =>
            {
                // A task that runs keeps the instance with its process.
                _ = context.CallActivityAsync("Hold");
                return await context.WaitForExternalEvent<string>("go");
            });
        var name = AzuriteFixture.NewPrefix();
        await using var one = await TestHub.StartAsync(azurite, functions, name);
        await using var two = await TestHub.StartAsync(azurite, functions, name);
        var id = await one.Client.ScheduleNewOrchestrationInstanceAsync("Wait", Cancel);
        await one.Client.WaitForInstanceStartAsync(id, Cancel);

        await two.Client.RaiseEventAsync(id, "go", "from two", Cancel);

        (await two.EndOfAsync(id)).ReadOutputAs<string>().ShouldBe("from two");
        held.ShouldBe(1);
    }

    [Fact]
    public async Task KilledProcess_WithActivitiesRunning_IsTakenOverAndLosesWhatItCommitsLater()
    {
        var first = new LambdaFunctions();
        var second = new LambdaFunctions();
        var hold = new TaskCompletionSource<string>();
        var started = new TaskCompletionSource();
        foreach (var functions in (LambdaFunctions[])[first, second])
            functions.Orchestrator("Work", async context => $"{await context.CallActivityAsync<string>("Quick", "")}+{await context.CallActivityAsync<string>("Slow", "")}");
        first.Activity<string, string>("Quick", _ => "one").Activity<string, string>("Slow", async _ =>
        {
            started.SetResult();
            return await hold.Task;
        });
        second.Activity<string, string>("Quick", _ => "never").Activity<string, string>("Slow", _ => "two");
        var name = AzuriteFixture.NewPrefix();
        var killed = await TestHub.StartAsync(azurite, first, name);
        var id = await killed.Client.ScheduleNewOrchestrationInstanceAsync("Work", Cancel);
        await started.Task;
        killed.Kill();

        await using var next = await TestHub.StartAsync(azurite, second, name);

        (await next.EndOfAsync(id)).ReadOutputAs<string>().ShouldBe("one+two");

        // The old process wakes up: its result is too late.
        killed.Transport.Reset();
        hold.SetResult("late");
        await Task.Delay(300, Cancel);
        (await next.EndOfAsync(id)).ReadOutputAs<string>().ShouldBe("one+two");
        await killed.DisposeAsync();
    }

    [Fact]
    public async Task StoppedProcess_LeavesItsWorkToTheNextAtOnce()
    {
        var options = TestHub.Options(AzuriteFixture.NewPrefix()) with { OwnerTimeout = TimeSpan.FromMinutes(5), HeartbeatInterval = TimeSpan.FromMinutes(1) };
        var runs = 0;
        var started = new TaskCompletionSource();
        var functions = new LambdaFunctions()
            .Activity("Slow", async cancellation =>
            {
                if (Interlocked.Increment(ref runs) > 1) return;
                started.SetResult();
                await Task.Delay(Timeout.Infinite, cancellation);
            })
            .Orchestrator("Work", context => context.CallActivityAsync("Slow"));
        string id;
        await using (var first = await TestHub.StartAsync(azurite, functions, options: options))
        {
            id = await first.Client.ScheduleNewOrchestrationInstanceAsync("Work", Cancel);
            await started.Task;
        }

        await using var second = await TestHub.StartAsync(azurite, functions, options: options);

        (await second.EndOfAsync(id)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed);
        runs.ShouldBe(2);
    }

    [Fact]
    public async Task Stop_ActivityWithLittleToDo_IsWaitedForAndItsResultKept()
    {
        var release = new TaskCompletionSource();
        var started = new TaskCompletionSource();
        var runs = 0;
        var functions = new LambdaFunctions()
            .Activity("Slow", async _ =>
            {
                Interlocked.Increment(ref runs);
                started.SetResult();
                await release.Task;
            })
            .Orchestrator("Work", context => context.CallActivityAsync("Slow"));
        var name = AzuriteFixture.NewPrefix();
        await using var first = await TestHub.StartAsync(azurite, functions, name);
        var id = await first.Client.ScheduleNewOrchestrationInstanceAsync("Work", Cancel);
        await started.Task;
        var stopping = first.Engine.StopAsync(Cancel);
        release.SetResult();
        await stopping;

        await using var second = await TestHub.StartAsync(azurite, functions, name);

        (await second.EndOfAsync(id)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed);
        runs.ShouldBe(1);
    }
}
