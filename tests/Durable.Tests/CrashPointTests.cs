using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Engine;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.Durable.Tests;

/// <summary>Ends the process, or loses an answer, at every single storage operation of a scenario that uses everything.</summary>
[Trait("Category", "CrashPoints")]
public sealed class CrashPointTests(AzuriteFixture azurite, ITestOutputHelper output)
{
    private const int Expected = 2 + (10 + 20) + 500 + 7000 + 1 + 90000;
    private readonly ConcurrentDictionary<string, bool> _failedOnce = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(FailurePoint.BeforeSending)]
    [InlineData(FailurePoint.AfterSending)]
    public async Task KilledAtAnyOperation_NextProcessGoesOn_ResultIsRight(FailurePoint point)
    {
        var watch = Stopwatch.StartNew();
        var points = 0;
        for (var reached = true; reached; points++) reached = await KilledAtAsync(points + 1, point);

        output.WriteLine($"{points - 1} crash points {point} in {watch.Elapsed.TotalSeconds:F1} s");
        points.ShouldBeGreaterThan(30);
    }

    [Theory]
    [InlineData(FailurePoint.BeforeSending)]
    [InlineData(FailurePoint.AfterSending)]
    public async Task AnyOperationFailsOnce_SameProcessGoesOn_ResultIsRight(FailurePoint point)
    {
        var watch = Stopwatch.StartNew();
        var points = 0;
        for (var reached = true; reached; points++) reached = await FailingOnceAtAsync(points + 1, point);

        output.WriteLine($"{points - 1} operations failed once {point} in {watch.Elapsed.TotalSeconds:F1} s");
        points.ShouldBeGreaterThan(30);
    }

    [Theory]
    [InlineData(FailurePoint.BeforeSending)]
    [InlineData(FailurePoint.AfterSending)]
    public async Task KilledAfterAnEventForAnIdleInstance_NextProcessGoesOn_NoAcceptedEventIsLost(FailurePoint point)
    {
        var points = 0;
        for (var reached = true; reached; points++) reached = await KilledAfterAnEventAsync(points + 1, point);

        output.WriteLine($"{points - 1} crash points {point}");
        points.ShouldBeGreaterThan(4);
    }

    private async Task<bool> KilledAfterAnEventAsync(int operation, FailurePoint point)
    {
        var options = Quiet();
        var functions = Functions().Orchestrator("Idle", async context =>
        {
            var answer = await context.WaitForExternalEvent<int>("go");
            return answer + await context.CallActivityAsync<int>("Echo", 1);
        });
        bool reached, accepted;
        await using (var first = await TestHub.StartAsync(azurite, functions, options: options))
        {
            await first.Client.ScheduleNewOrchestrationInstanceAsync("Idle", null, new StartOrchestrationOptions("idle"), Cancel);
            // It waits, and the index says nothing of it any more.
            await TestHub.UntilAsync(async () => await HasSettledAsync(first));
            first.Transport.Reset();
            first.Transport.FailFrom(operation, point);
            try
            {
                await first.Client.RaiseEventAsync("idle", "go", 41, Cancel);
                accepted = true;
                await TestHub.UntilAsync(async () => first.Transport.Count >= operation || await HasSettledAsync(first));
            }
            catch (Azure.RequestFailedException)
            {
                accepted = false;
            }

            reached = first.Transport.Count >= operation;
        }

        var later = new MovedTime();
        later.Advance(TimeSpan.FromHours(1));
        await using var next = await TestHub.StartAsync(azurite, functions, options: options with { PollInterval = TimeSpan.FromMilliseconds(30) }, time: later);
        if (!accepted) await RaiseAgainAsync(next);
        (await next.EndOfAsync("idle")).ReadOutputAs<int>().ShouldBe(42, $"killed {point} at {operation}");
        return reached;
    }

    private static async Task RaiseAgainAsync(TestHub hub)
    {
        try
        {
            await hub.Client.RaiseEventAsync("idle", "go", 41, Cancel);
        }
        catch (InvalidOperationException)
        {
            // The first one had come through, and the instance has ended.
        }
    }

    /// <returns>Whether the scenario has so many operations.</returns>
    private async Task<bool> KilledAtAsync(int operation, FailurePoint point)
    {
        var options = Quiet();
        var transport = new CountingTransport();
        transport.FailFrom(operation, point);
        bool reached;
        await using (var first = TestHub.Create(azurite, Functions(), options: options, transport: transport))
        {
            try
            {
                await first.Engine.StartAsync(Cancel);
                await StartAsync(first);
                await TestHub.UntilAsync(async () => transport.Count >= operation || await HasSettledAsync(first));
            }
            catch (Azure.RequestFailedException)
            {
                // Even the start did not come through.
            }

            reached = transport.Count >= operation;
        }

        // An hour later the dead process is known to be dead, and every timer is due.
        var later = new MovedTime();
        later.Advance(TimeSpan.FromHours(1));
        await using var next = await TestHub.StartAsync(azurite, Functions(), options: options with { PollInterval = TimeSpan.FromMilliseconds(30) }, time: later);
        await CheckAsync(next, $"killed {point} at {operation}");
        return reached;
    }

    private async Task<bool> FailingOnceAtAsync(int operation, FailurePoint point)
    {
        var transport = new CountingTransport();
        transport.Fail(operation, point);
        await using var hub = TestHub.Create(azurite, Functions(), options: Quiet() with { PollInterval = TimeSpan.FromMilliseconds(200) }, transport: transport);
        try
        {
            await hub.Engine.StartAsync(Cancel);
        }
        catch (Azure.RequestFailedException)
        {
            await hub.Engine.StartAsync(Cancel);
        }

        await CheckAsync(hub, $"failed once {point} at {operation}");
        // The checks themselves take some operations too.
        return operation < 60;
    }

    private static async Task CheckAsync(TestHub hub, string where)
    {
        await StartAsync(hub);
        var ended = await EndAsync(hub, where);

        ended.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed, $"{where}: {ended.SerializedOutput}");
        ended.ReadOutputAs<int>().ShouldBe(Expected, where);
        await TestHub.UntilAsync(() => HasSettledAsync(hub));
    }

    private static async Task<OrchestrationMetadata> EndAsync(TestHub hub, string where)
    {
        while (true)
        {
            try
            {
                return await hub.EndOfAsync("scenario");
            }
            catch (OperationCanceledException exception)
            {
                throw new TimeoutException($"The scenario did not end when {where}: {string.Join(", ", hub.Transport.Calls.Select(call => call.Operation))}", exception);
            }
            catch (Azure.RequestFailedException)
            {
                // The one failure may meet the question itself.
            }
        }
    }

    /// <summary>A caller that was given an error starts again under the same id; what runs already is not disturbed.</summary>
    private static async Task StartAsync(TestHub hub)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                if (await hub.Client.GetInstanceAsync("scenario", Cancel) is null)
                    await hub.Client.ScheduleNewOrchestrationInstanceAsync("Scenario", 0, new StartOrchestrationOptions("scenario"), Cancel);
                return;
            }
            catch (Exception exception) when (attempt == 0 && (exception is Azure.RequestFailedException || exception.Message.Contains("already exists")))
            {
                // Tried once more.
            }
        }
    }

    /// <summary>Nothing wants attention any more.</summary>
    private static async Task<bool> HasSettledAsync(TestHub hub)
    {
        try
        {
            return (await hub.Engine.Store.PollAsync(DateTimeOffset.MaxValue.AddDays(-1), Cancel)).Work.Count == 0;
        }
        catch (Azure.RequestFailedException)
        {
            return false;
        }
    }

    private static HubOptions Quiet() => new()
    {
        HubName = AzuriteFixture.NewPrefix(),
        PollInterval = TimeSpan.FromMinutes(1),
        HeartbeatInterval = TimeSpan.FromMinutes(5),
        OwnerTimeout = TimeSpan.FromMinutes(10),
    };

    private LambdaFunctions Functions() => new LambdaFunctions()
        .Activity<int, int>("Echo", n => n)
        .Activity<string, int>("Flaky", key => _failedOnce.TryAdd(key, true) ? throw new InvalidOperationException("once") : 7000)
        .Orchestrator("Child", async context =>
        {
            await context.CreateTimer(TimeSpan.FromMilliseconds(5), Cancel);
            return await context.CallActivityAsync<int>("Echo", 500);
        })
        .Orchestrator("Scenario", async context =>
        {
            var sum = context.GetInput<int>();
            if (sum == 0)
            {
                sum += await context.CallActivityAsync<int>("Echo", 2);
                sum += (await Task.WhenAll(context.CallActivityAsync<int>("Echo", 10), context.CallActivityAsync<int>("Echo", 20))).Sum();
                sum += await context.CallSubOrchestratorAsync<int>("Child");
                sum += await context.CallActivityAsync<int>("Flaky", $"{context.NewGuid()}", TaskOptions.FromRetryPolicy(new RetryPolicy(2, TimeSpan.FromMilliseconds(5))));
                context.SendEvent(context.InstanceId, "one", 1);
                sum += await context.WaitForExternalEvent<int>("one");
                context.SendEvent(context.InstanceId, "kept", 90000);
                context.ContinueAsNew(sum);
                return 0;
            }

            sum += await context.WaitForExternalEvent<int>("kept");
            try
            {
                // A second delivery of the same event would be a wrong result.
                return sum + await context.WaitForExternalEvent<int>("kept", TimeSpan.FromMilliseconds(20));
            }
            catch (TaskCanceledException)
            {
                return sum;
            }
        });
}
