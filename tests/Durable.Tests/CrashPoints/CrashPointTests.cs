using System.Diagnostics;
using Grpc.Core;
using Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Engine;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.Durable.Tests.CrashPoints;

/// <summary>Ends the process, or fails one call, before and after every single storage operation of a scenario that uses everything.</summary>
[Trait("Category", "Host")]
// They take every core: beside them, tests that measure time would fail.
[CollectionDefinition(nameof(CrashPointTests), DisableParallelization = true)]
[Collection(nameof(CrashPointTests))]
public sealed class CrashPointTests(ITestOutputHelper output)
{
    private const int AtOnce = 4;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(FailurePoint.BeforeSending)]
    [InlineData(FailurePoint.AfterSending)]
    public async Task KilledAtAnyOperation_NextProcessGoesOn_NothingIsLostOrWrong(FailurePoint point) =>
        await AtEveryOperationAsync($"crash points {point}", operation => KilledAtAsync(operation, point), atLeast: 120);

    [Theory]
    [InlineData(FailurePoint.BeforeSending)]
    [InlineData(FailurePoint.AfterSending)]
    public async Task AnyOperationFailsOnce_SameProcessGoesOn_NothingIsLostOrWrong(FailurePoint point) =>
        await AtEveryOperationAsync($"operations failed once {point}", operation => FailingOnceAtAsync(operation, point), atLeast: 120);

    [Theory]
    [InlineData(FailurePoint.BeforeSending)]
    [InlineData(FailurePoint.AfterSending)]
    public async Task KilledAfterAnEventForAnIdleInstance_NextProcessGoesOn_NoAcceptedEventIsLost(FailurePoint point) =>
        await AtEveryOperationAsync($"crash points {point} around an event", operation => KilledAfterAnEventAsync(operation, point), atLeast: 3);

    /// <summary>Goes on until an operation is not reached any more, because everything was over before.</summary>
    private async Task AtEveryOperationAsync(string what, Func<int, Task<bool>> reachAsync, int atLeast)
    {
        using var found = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var watch = Stopwatch.StartNew();
        var (next, points) = (0, 0);
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Task.Run(
            async () =>
            {
                try
                {
                    while (!found.IsCancellationRequested && await reachAsync(Interlocked.Increment(ref next))) Interlocked.Increment(ref points);
                }
                catch
                {
                    // One fault is enough to fail.
                    await found.CancelAsync();
                    throw;
                }
            },
            Cancel)));

        output.WriteLine($"{points} {what} in {watch.Elapsed.TotalSeconds:F1} s");
        points.ShouldBeGreaterThanOrEqualTo(atLeast);
    }

    /// <returns>Whether the scenario has so many operations.</returns>
    private static async Task<bool> KilledAtAsync(int operation, FailurePoint point)
    {
        var scenario = new CrashScenario();
        var world = await CrashWorld.CreateAsync(scenario);
        await using (var first = world.Process())
        {
            first.KillAt(operation, point);
            var run = RunAsync(first, scenario);
            await first.AliveUntilAsync(world.UntilAsync(scenario.WrongAsync, $"not killed at {operation}", first.Dead));
            if (!first.Dead.IsCancellationRequested) return false;
            await run;
        }

        await using var second = world.NextProcess();
        await RunAsync(second, scenario);
        await world.UntilAsync(scenario.WrongAsync, $"killed {point} at {operation}", Cancel);
        return true;
    }

    private static async Task<bool> FailingOnceAtAsync(int operation, FailurePoint point)
    {
        var scenario = new CrashScenario();
        var world = await CrashWorld.CreateAsync(scenario);
        await using var process = world.PollingProcess();
        process.Transport.Fail(operation, point);
        await RunAsync(process, scenario);
        await world.UntilAsync(scenario.WrongAsync, $"failed once {point} at {operation}", Cancel);
        return process.Transport.Count >= operation;
    }

    /// <summary>The index says nothing of an instance that only waits: an event must put it there before it is accepted.</summary>
    private static async Task<bool> KilledAfterAnEventAsync(int operation, FailurePoint point)
    {
        var scenario = new CrashScenario();
        var world = await CrashWorld.CreateAsync(scenario);
        bool accepted;
        await using (var first = world.Process())
        {
            await first.StartAsync();
            await first.Client.ScheduleNewOrchestrationInstanceAsync("Wait", new StartOrchestrationOptions("idle"), Cancel);
            await world.UntilAsync((client, _) => IsAsync(client, OrchestrationRuntimeStatus.Running), "it began to wait", Cancel);

            first.Transport.Reset();
            first.KillAt(operation, point);
            accepted = await TryRaiseAsync(first);
            await first.AliveUntilAsync(world.UntilAsync((client, _) => IsAsync(client, OrchestrationRuntimeStatus.Completed), "not killed", first.Dead));
            if (!first.Dead.IsCancellationRequested) return false;
        }

        await using var second = world.NextProcess();
        await second.StartAsync();
        if (!accepted) await TryRaiseAsync(second);
        await world.UntilAsync((client, _) => IsAsync(client, OrchestrationRuntimeStatus.Completed), $"killed {point} at {operation}", Cancel);
        return true;
    }

    private static async Task RunAsync(CrashProcess process, CrashScenario scenario)
    {
        await process.StartAsync();
        await scenario.CallAsync(process);
    }

    private static async Task<string?> IsAsync(DurableTaskClient client, OrchestrationRuntimeStatus status) =>
        (await client.GetInstanceAsync("idle", Cancel))?.RuntimeStatus is var actual && actual == status ? null : $"it is {actual}, not {status}";

    private static async Task<bool> TryRaiseAsync(CrashProcess process)
    {
        try
        {
            await process.Client.RaiseEventAsync("idle", "go", 40, process.Dead);
            return true;
        }
        catch (Exception exception) when (exception is Azure.RequestFailedException or OperationCanceledException)
        {
            return false;
        }
        catch (RpcException refused) when (refused.StatusCode is StatusCode.FailedPrecondition)
        {
            // An earlier attempt had come through, and the instance has ended.
            return true;
        }
    }
}
