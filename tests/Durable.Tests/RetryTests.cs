using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.Durable.Tests;

[Trait("Category", "Host")]
public sealed class RetryTests(AzuriteFixture azurite)
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(20);

    [Theory]
    [InlineData(3, 2, true, 3)]
    [InlineData(3, 9, false, 3)]
    [InlineData(1, 9, false, 1)]
    public async Task Policy_ActivityFailsSoOften_IsTriedSoOften(int attempts, int failures, bool succeeds, int tried)
    {
        var count = 0;
        var lastId = -1;
        var functions = new LambdaFunctions()
            .Activity<object?, int>("Flaky", _ => Interlocked.Increment(ref count) > failures ? 1 : throw new InvalidOperationException("again"))
            .Orchestrator("Try", async context =>
            {
                try
                {
                    return await context.CallActivityAsync<int>("Flaky", options: TaskOptions.FromRetryPolicy(new RetryPolicy(attempts, Short)));
                }
                catch (TaskFailedException failed)
                {
                    lastId = failed.TaskId;
                    return 0;
                }
            });
        await using var hub = await TestHub.StartAsync(azurite, functions);

        (await hub.RunAsync("Try")).ReadOutputAs<int>().ShouldBe(succeeds ? 1 : 0);

        count.ShouldBe(tried);
        // Each attempt and each pause takes a number.
        if (!succeeds) lastId.ShouldBe(2 * (attempts - 1));
    }

    [Fact]
    public async Task Policy_Pauses_GrowUpToTheLongest()
    {
        var times = new List<DateTime>();
        var functions = new LambdaFunctions()
            .Failing("Fail", () => new InvalidOperationException())
            .Orchestrator("Try", async context =>
            {
                try
                {
                    await context.CallActivityAsync("Fail", options: TaskOptions.FromRetryPolicy(
                        new RetryPolicy(4, TimeSpan.FromMilliseconds(100), 3, TimeSpan.FromMilliseconds(400))
                        {
                            HandleFailure = _ =>
                            {
                                if (!context.IsReplaying) times.Add(context.CurrentUtcDateTime);
                                return true;
                            },
                        }));
                }
                catch (TaskFailedException)
                {
                    times.Add(context.CurrentUtcDateTime);
                }
            });
        await using var hub = await TestHub.StartAsync(azurite, functions);

        await hub.RunAsync("Try");

        var gaps = times.Zip(times.Skip(1), (a, b) => (b - a).TotalMilliseconds).ToList();
        gaps.Count.ShouldBe(3);
        gaps[0].ShouldBeGreaterThanOrEqualTo(100);
        gaps[1].ShouldBeGreaterThanOrEqualTo(300);
        gaps[2].ShouldBeGreaterThanOrEqualTo(400);
        gaps[2].ShouldBeLessThan(900);
    }

    [Fact]
    public async Task Policy_TimeIsOver_StopsTrying()
    {
        var count = 0;
        var functions = new LambdaFunctions()
            .Failing("Fail", () => new InvalidOperationException($"{Interlocked.Increment(ref count)}"))
            .Orchestrator("Try", context => context.CallActivityAsync("Fail", options: TaskOptions.FromRetryPolicy(
                new RetryPolicy(100, TimeSpan.FromMilliseconds(200), retryTimeout: TimeSpan.FromMilliseconds(300)))));
        await using var hub = await TestHub.StartAsync(azurite, functions);

        (await hub.RunAsync("Try")).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed);

        count.ShouldBeInRange(2, 3);
    }

    [Fact]
    public async Task Policy_FailureNotHandled_IsNotRetried()
    {
        var count = 0;
        var functions = new LambdaFunctions()
            .Failing("Fail", () => new InvalidOperationException($"{Interlocked.Increment(ref count)}"))
            .Orchestrator("Try", context => context.CallActivityAsync("Fail", options: TaskOptions.FromRetryPolicy(
                new RetryPolicy(5, Short) { HandleFailure = failure => !failure.IsCausedBy<InvalidOperationException>() })));
        await using var hub = await TestHub.StartAsync(azurite, functions);

        await hub.RunAsync("Try");

        count.ShouldBe(1);
    }

    [Fact]
    public async Task Handler_SaysNo_EndsWithTheLastFailure()
    {
        var asked = new HashSet<(int Attempt, string Failure)>();
        var times = new HashSet<TimeSpan>();
        var functions = new LambdaFunctions()
            .Failing("Fail", () => new InvalidOperationException("always"))
            .Orchestrator("Try", context => context.CallActivityAsync("Fail", options: TaskOptions.FromRetryHandler(retry =>
            {
                asked.Add((retry.LastAttemptNumber, retry.LastFailure.ErrorMessage));
                times.Add(retry.TotalRetryTime);
                return retry.LastAttemptNumber < 3;
            })));
        await using var hub = await TestHub.StartAsync(azurite, functions);

        (await hub.RunAsync("Try")).SerializedOutput.ShouldBe(
            "Microsoft.DurableTask.TaskFailedException: Task 'Fail' (#2) failed with an unhandled exception: always");

        asked.ShouldBe([(1, "always"), (2, "always"), (3, "always")]);
        times.Count.ShouldBe(3);
        times.ShouldAllBe(time => time > TimeSpan.Zero);
    }

    [Fact]
    public async Task Policy_OfAChildWithAGivenId_RunsItAgainUnderThatId()
    {
        var count = 0;
        var functions = new LambdaFunctions()
            .Activity<object?, int>("Flaky", _ => Interlocked.Increment(ref count) > 2 ? 5 : throw new InvalidOperationException("again"))
            .Orchestrator("Child", context => context.CallActivityAsync<int>("Flaky"))
            .Orchestrator("Parent", context => context.CallSubOrchestratorAsync<int>(
                "Child", options: TaskOptions.FromRetryPolicy(new RetryPolicy(3, Short)).WithInstanceId("same-child")));
        await using var hub = await TestHub.StartAsync(azurite, functions);

        (await hub.RunAsync("Parent")).ReadOutputAs<int>().ShouldBe(5);

        count.ShouldBe(3);
    }

    [Fact]
    public async Task Policy_NoLongestPause_StillPauses()
    {
        var count = 0;
        var functions = new LambdaFunctions()
            .Activity<object?, int>("Flaky", _ => Interlocked.Increment(ref count) > 2 ? 7 : throw new InvalidOperationException("again"))
            .Orchestrator("Try", context => context.CallActivityAsync<int>(
                "Flaky", options: TaskOptions.FromRetryPolicy(new RetryPolicy(3, Short, 2, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan))));
        await using var hub = await TestHub.StartAsync(azurite, functions);

        (await hub.RunAsync("Try")).ReadOutputAs<int>().ShouldBe(7);
    }

    [Fact]
    public void Policy_ImpossibleNumbers_AreRefused()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => new RetryPolicy(0, Short)).Message
            .ShouldStartWith("The value for maxNumberOfAttempts must be greater than zero. (Parameter 'maxNumberOfAttempts')");
        Should.Throw<ArgumentOutOfRangeException>(() => new RetryPolicy(1, TimeSpan.Zero));
        Should.Throw<ArgumentOutOfRangeException>(() => new RetryPolicy(1, Short, 0.5));
        Should.Throw<ArgumentOutOfRangeException>(() => new RetryPolicy(1, Short, maxRetryInterval: Short / 2));
        Should.Throw<ArgumentOutOfRangeException>(() => new RetryPolicy(1, Short, retryTimeout: Short / 2));
    }
}
