using System.Diagnostics;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.Durable.Tests;

[Trait("Category", "Host")]
public sealed class EventAndTimerTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Event_NameInAnotherCase_IsDelivered()
    {
        await using var hub = await TestHub.StartAsync(azurite, Waiting());
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait", 1, Cancel);

        await hub.Client.RaiseEventAsync(id, "GO", "now", Cancel);

        (await hub.EndOfAsync(id)).ReadOutputAs<string[]>().ShouldBe(["now"]);
    }

    [Fact]
    public async Task Events_BeforeTheWaits_AreKeptInOrder()
    {
        await using var hub = await TestHub.StartAsync(azurite, Waiting());
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait", 3, Cancel);

        foreach (var text in (string?[])["a", null, "c"]) await hub.Client.RaiseEventAsync(id, "go", text, Cancel);

        (await hub.EndOfAsync(id)).ReadOutputAs<string?[]>().ShouldBe(["a", null, "c"]);
    }

    [Fact]
    public async Task Events_SeveralWaitsForOneName_GoToTheLatestFirst()
    {
        var functions = new LambdaFunctions().Orchestrator("Wait", context =>
            Task.WhenAll(context.WaitForExternalEvent<string>("go"), context.WaitForExternalEvent<string>("go"), context.WaitForExternalEvent<string>("other")));
        await using var hub = await TestHub.StartAsync(azurite, functions);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait", Cancel);
        await hub.Client.WaitForInstanceStartAsync(id, Cancel);

        foreach (var (name, text) in ((string, string)[])[("go", "a"), ("go", "b"), ("other", "c")]) await hub.Client.RaiseEventAsync(id, name, text, Cancel);

        (await hub.EndOfAsync(id)).ReadOutputAs<string[]>().ShouldBe(["b", "a", "c"]);
    }

    [Fact]
    public async Task Approval_EventOrTimer_TheFirstOneDecides()
    {
        var functions = new LambdaFunctions().Orchestrator("Approve", async context =>
        {
            using var timeIsUp = new CancellationTokenSource();
            var timer = context.CreateTimer(TimeSpan.FromMilliseconds(context.GetInput<int>()), timeIsUp.Token);
            var approval = context.WaitForExternalEvent<bool>("approval", Cancel);
            if (await Task.WhenAny(approval, timer) == timer) return "escalated";
#pragma warning disable CA1849, MA0042
            timeIsUp.Cancel();
#pragma warning restore CA1849, MA0042
            return await approval ? "approved" : "rejected";
        });
        await using var hub = await TestHub.StartAsync(azurite, functions);

        (await hub.RunAsync("Approve", 50)).ReadOutputAs<string>().ShouldBe("escalated");
        foreach (var (answer, output) in ((bool, string)[])[(true, "approved"), (false, "rejected")])
        {
            var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Approve", 3_600_000, Cancel);
            await hub.Client.RaiseEventAsync(id, "approval", answer, Cancel);
            (await hub.EndOfAsync(id)).ReadOutputAs<string>().ShouldBe(output);
        }
    }

    [Fact]
    public async Task Event_ToAPendingInstance_IsKeptForIt()
    {
        var time = new MovedTime();
        await using var hub = await TestHub.StartAsync(azurite, Waiting(), time: time);
        var options = new StartOrchestrationOptions(StartAt: DateTimeOffset.UtcNow.AddHours(1));
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait", 1, options, Cancel);

        await hub.Client.RaiseEventAsync(id, "go", "early", Cancel);

        (await hub.Client.GetInstanceAsync(id, Cancel))!.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Pending);
        time.Advance(TimeSpan.FromHours(1));
        (await hub.EndOfAsync(id)).ReadOutputAs<string[]>().ShouldBe(["early"]);
    }

    [Fact]
    public async Task Event_OfAnotherType_FailsTheInstancePastItsCatch()
    {
        var functions = new LambdaFunctions().Orchestrator("Wait", async context =>
        {
            try
            {
                await context.WaitForExternalEvent<int>("go");
            }
            catch (Exception)
            {
                context.SetCustomStatus("caught");
            }
        });
        await using var hub = await TestHub.StartAsync(azurite, functions);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait", Cancel);

        await hub.Client.RaiseEventAsync(id, "go", "not a number", Cancel);

        var ended = await hub.EndOfAsync(id);
        ended.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed);
        ended.SerializedOutput!.ShouldStartWith("""{"message":"Function 'Wait' failed with an unhandled exception.","details":"System.Text.Json.JsonException: """);
        ended.SerializedOutput!.ShouldContain("The JSON value could not be converted");
    }

    [Fact]
    public async Task Event_NoSuchOrEndedInstance_IsRefused()
    {
        await using var hub = await TestHub.StartAsync(azurite, Waiting());
        var ended = await hub.RunAsync("Wait", 0);

        await hub.Client.RaiseEventAsync("nobody", "go", Cancel).ShouldThrowAsync(
            """Grpc.Core.RpcException: Status(StatusCode="NotFound", Detail="No instance with ID 'nobody' was found. (Parameter 'instanceId')")""");
        await hub.Client.RaiseEventAsync(ended.InstanceId, "go", Cancel).ShouldThrowAsync(
            """Grpc.Core.RpcException: Status(StatusCode="FailedPrecondition", Detail="The orchestration instance with the provided instance id is not running.")""");
        await hub.Client.RaiseEventAsync("", "go", Cancel).ShouldThrowAsync(
            "System.ArgumentException: Parameter cannot be an empty string or start with the null character. (Parameter 'instanceId')");
        await hub.Client.RaiseEventAsync("x", "", Cancel).ShouldThrowAsync(
            "System.ArgumentException: Parameter cannot be an empty string or start with the null character. (Parameter 'eventName')");
        (await hub.Client.GetInstanceAsync("nobody", Cancel)).ShouldBeNull();
    }

    [Theory]
    [InlineData(300)]
    [InlineData(0)]
    [InlineData(-5)]
    public async Task Wait_NoEventInTime_IsCanceled(int milliseconds)
    {
        var functions = new LambdaFunctions().Orchestrator(
            "Wait", context => context.WaitForExternalEvent<string>("go", TimeSpan.FromMilliseconds(milliseconds)));
        await using var hub = await TestHub.StartAsync(azurite, functions);

        (await hub.RunAsync("Wait")).SerializedOutput.ShouldBe("System.Threading.Tasks.TaskCanceledException: A task was canceled.");
    }

    [Fact]
    public async Task Wait_EventInTime_LeavesNoTimerBehind()
    {
        var functions = new LambdaFunctions().Orchestrator("Wait", context => context.WaitForExternalEvent<string>("go", TimeSpan.FromDays(3)));
        await using var hub = await TestHub.StartAsync(azurite, functions);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait", Cancel);
        await hub.Client.WaitForInstanceStartAsync(id, Cancel);

        await hub.Client.RaiseEventAsync(id, "go", "in time", Cancel);

        (await hub.EndOfAsync(id)).ReadOutputAs<string>().ShouldBe("in time");
        (await hub.Engine.Store.LoadAsync(id, Cancel))!.History.SelectMany(turn => turn.Events)
            .ShouldContain(e => e is Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Engine.TimerCanceled);
    }

    [Fact]
    public async Task SendEvent_ToAnotherInstance_ArrivesOnce()
    {
        var functions = Waiting().Orchestrator("Send", context =>
        {
            context.SendEvent("receiver", "go", "sent");
            return Task.CompletedTask;
        });
        await using var hub = await TestHub.StartAsync(azurite, functions);
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait", 2, new StartOrchestrationOptions("receiver"), Cancel);

        await hub.RunAsync("Send");
        await hub.RunAsync("Send");

        (await hub.EndOfAsync("receiver")).ReadOutputAs<string[]>().ShouldBe(["sent", "sent"]);
    }

    [Theory]
    [InlineData(-1000, 0)]
    [InlineData(0, 0)]
    [InlineData(700, 690)]
    public async Task Timer_FiresWhenItIsDue(int delay, int atLeast)
    {
        var functions = new LambdaFunctions().Orchestrator("Sleep", context => context.CreateTimer(TimeSpan.FromMilliseconds(delay), Cancel));
        await using var hub = await TestHub.StartAsync(azurite, functions);
        var watch = Stopwatch.StartNew();

        (await hub.RunAsync("Sleep")).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed);

        watch.ElapsedMilliseconds.ShouldBeGreaterThanOrEqualTo(atLeast);
    }

    [Fact]
    public async Task Timer_OfSevenDays_FiresAfterARestart()
    {
        var time = new MovedTime();
        var options = TestHub.Options(AzuriteFixture.NewPrefix());
        var functions = new LambdaFunctions().Orchestrator("Sleep", context => context.CreateTimer(TimeSpan.FromDays(7), Cancel));
        string id;
        await using (var first = await TestHub.StartAsync(azurite, functions, options: options, time: time))
        {
            id = await first.Client.ScheduleNewOrchestrationInstanceAsync("Sleep", Cancel);
            await first.Client.WaitForInstanceStartAsync(id, Cancel);
            await first.Engine.StopAsync(Cancel);
        }

        time.Advance(TimeSpan.FromDays(6.9));
        await using var second = await TestHub.StartAsync(azurite, functions, options: options, time: time);
        await Task.Delay(options.PollInterval * 4, Cancel);
        (await second.Client.GetInstanceAsync(id, Cancel))!.IsRunning.ShouldBeTrue();

        time.Advance(TimeSpan.FromDays(0.2));

        (await second.EndOfAsync(id)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed);
    }

    [Fact]
    public async Task Timer_OfThreeHundredThousandDays_IsAccepted()
    {
        var functions = new LambdaFunctions().Orchestrator("Sleep", context => context.CreateTimer(TimeSpan.FromDays(300_000), Cancel));
        await using var hub = await TestHub.StartAsync(azurite, functions);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Sleep", Cancel);

        (await hub.Client.WaitForInstanceStartAsync(id, Cancel)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Running);
    }

    [Fact]
    public async Task Timer_Canceled_EndsTheWaitAtOnce()
    {
        var functions = new LambdaFunctions().Orchestrator("Sleep", async context =>
        {
            using var stop = new CancellationTokenSource();
            var timer = context.CreateTimer(TimeSpan.FromDays(300_000), stop.Token);
#pragma warning disable CA1849, MA0042
            stop.Cancel();
#pragma warning restore CA1849, MA0042
            await timer;
        });
        await using var hub = await TestHub.StartAsync(azurite, functions);

        (await hub.RunAsync("Sleep")).SerializedOutput.ShouldBe("System.Threading.Tasks.TaskCanceledException: A task was canceled.");
    }

    /// <summary>Waits for as many events as its input says.</summary>
    private static LambdaFunctions Waiting() => new LambdaFunctions().Orchestrator("Wait", async context =>
    {
        var texts = new List<string?>();
        for (var i = 0; i < context.GetInput<int>(); i++) texts.Add(await context.WaitForExternalEvent<string?>("go"));
        return texts;
    });
}
