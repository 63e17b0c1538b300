using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.Durable.Tests;

[Trait("Category", "Host")]
public sealed class OrchestrationTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private sealed record Order(int Id, string Name);

    [Fact]
    public async Task Orchestration_FiveActivitiesInARow_ReturnsWhatTheyMade()
    {
        var functions = new LambdaFunctions()
            .Activity<int, int>("Double", n => n * 2)
            .Orchestrator("Sum", async context =>
            {
                var sum = 0;
                for (var i = 1; i <= 5; i++) sum += await context.CallActivityAsync<int>("Double", i);
                return sum;
            });
        await using var hub = await TestHub.StartAsync(azurite, functions);

        var ended = await hub.RunAsync("sum");

        ended.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed);
        ended.ReadOutputAs<int>().ShouldBe(30);
        ended.SerializedCustomStatus.ShouldBe("null");
        ended.Name.ShouldBe("sum");
    }

    [Fact]
    public async Task Orchestration_HundredActivitiesAtOnce_ReturnsInTheOrderOfTheCalls()
    {
        var functions = new LambdaFunctions()
            .Activity<int, int>("Echo", async n =>
            {
                await Task.Delay(n % 7);
                return n;
            })
            .Orchestrator("All", async context => await Task.WhenAll(Enumerable.Range(0, 100).Select(n => context.CallActivityAsync<int>("Echo", n))));
        await using var hub = await TestHub.StartAsync(azurite, functions);

        (await hub.RunAsync("All")).ReadOutputAs<int[]>().ShouldBe(Enumerable.Range(0, 100));
    }

    [Fact]
    public async Task Orchestration_InputOutputAndStatus_RoundTrip()
    {
        var functions = new LambdaFunctions().Orchestrator("Echo", context =>
        {
            context.SetCustomStatus(new { Step = "é<>&'" });
            return Task.FromResult(context.GetInput<Order>());
        });
        await using var hub = await TestHub.StartAsync(azurite, functions);

        var ended = await hub.RunAsync("Echo", new Order(7, "Ünï"));

        ended.ReadInputAs<Order>().ShouldBe(new Order(7, "Ünï"));
        ended.ReadOutputAs<Order>().ShouldBe(new Order(7, "Ünï"));
        ended.SerializedCustomStatus.ShouldBe("""{"Step":"\u00E9\u003C\u003E\u0026\u0027"}""");
        (await hub.Client.GetInstanceAsync(ended.InstanceId, Cancel))!.SerializedOutput.ShouldBeNull();
    }

    [Fact]
    public async Task Orchestration_ContextAtReplay_IsTheSame()
    {
        var seen = new List<(Guid Guid, DateTime Time, bool Replaying)>();
        var functions = new LambdaFunctions().Activity<int, int>("Echo", n => n).Orchestrator("Watch", async context =>
        {
            seen.Add((context.NewGuid(), context.CurrentUtcDateTime, context.IsReplaying));
            await context.CallActivityAsync<int>("Echo", 1);
            seen.Add((context.NewGuid(), context.CurrentUtcDateTime, context.IsReplaying));
            await context.CallActivityAsync<int>("Echo", 2);
        });
        await using var hub = await TestHub.StartAsync(azurite, functions);

        (await hub.RunAsync("Watch")).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed);

        // Three turns: the first piece of code runs in each, the second in the last two.
        seen.Count.ShouldBe(5);
        seen.Where((_, i) => i is 0 or 1 or 3).Select(s => (s.Guid, s.Time)).Distinct().Count().ShouldBe(1);
        seen.Where((_, i) => i is 2 or 4).Select(s => (s.Guid, s.Time)).Distinct().Count().ShouldBe(1);
        seen.Select(s => s.Replaying).ShouldBe([false, true, false, true, true]);
        seen[0].Time.Kind.ShouldBe(DateTimeKind.Utc);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Turns_OfManyOrchestrators_RunNoMoreAtOnceThanAllowed(int allowed)
    {
        var (now, most) = (0, 0);
        var functions = new LambdaFunctions().Orchestrator("Think", context =>
        {
            var running = Interlocked.Increment(ref now);
            InterlockedMax(ref most, running);
            Thread.Sleep(20);
            Interlocked.Decrement(ref now);
            return Task.CompletedTask;
        });
        var options = TestHub.Options(AzuriteFixture.NewPrefix()) with { MaxConcurrentTurns = allowed };
        await using var hub = await TestHub.StartAsync(azurite, functions, options: options);

        await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => hub.RunAsync("Think")));

        most.ShouldBeInRange(1, allowed);

        static void InterlockedMax(ref int target, int value)
        {
            for (var seen = Volatile.Read(ref target); value > seen; seen = Volatile.Read(ref target))
                Interlocked.CompareExchange(ref target, value, seen);
        }
    }

    [Fact]
    public async Task ReplaySafeLoggers_EachLine_IsWrittenOnce()
    {
        var lines = new Lines();
        using var loggers = LoggerFactory.Create(builder => builder.AddProvider(lines));
        var functions = new LambdaFunctions().Activity<int, int>("Echo", n => n).Orchestrator("Logs", async context =>
        {
            var direct = context.CreateReplaySafeLogger("Direct");
            var made = context.ReplaySafeLoggerFactory.CreateLogger("Made");
            for (var i = 0; i < 2; i++)
            {
                direct.LogInformation("Before {Number}", i);
                made.LogInformation("Before {Number}", i);
                await context.CallActivityAsync<int>("Echo", i);
            }
        });
        await using var hub = await TestHub.StartAsync(azurite, functions, loggers: loggers);

        await hub.RunAsync("Logs");

        lines.Written.Where(line => line.Contains("Before")).ShouldBe(["Direct: Before 0", "Made: Before 0", "Direct: Before 1", "Made: Before 1"]);
    }

    [Fact]
    public async Task Orchestration_ActivityFails_ThrowsWhatItFailedWith()
    {
        TaskFailedException? caught = null;
        var functions = new LambdaFunctions()
            .Failing("Throw", () => new InvalidOperationException("act failed x", new FormatException("inner")))
            .Orchestrator("Catch", async context =>
            {
                try
                {
                    await context.CallActivityAsync("throw", 0);
                }
                catch (TaskFailedException failed)
                {
                    caught = failed;
                }
            });
        await using var hub = await TestHub.StartAsync(azurite, functions);

        await hub.RunAsync("Catch");

        caught!.Message.ShouldBe("Task 'throw' (#0) failed with an unhandled exception: act failed x");
        (caught.TaskName, caught.TaskId).ShouldBe(("throw", 0));
        caught.FailureDetails.Properties.ShouldBeEmpty();
        caught.FailureDetails.StackTrace.ShouldNotBeNull();
        caught.InnerException!.ToString().ShouldStartWith("DurableTask.Core.Exceptions.TaskFailedException: act failed x");
        caught.FailureDetails.ErrorType.ShouldBe("System.InvalidOperationException");
        caught.FailureDetails.InnerFailure!.ErrorMessage.ShouldBe("inner");
        caught.FailureDetails.IsCausedBy<InvalidOperationException>().ShouldBeTrue();
        caught.FailureDetails.IsCausedBy<FormatException>().ShouldBeFalse();
    }

    [Fact]
    public async Task Orchestration_UnhandledFailure_IsFailedWithTypeAndMessage()
    {
        var functions = new LambdaFunctions()
            .Failing("Throw", () => new InvalidOperationException("act failed x"))
            .Orchestrator("Bad", Task (context) =>
            {
                context.SetCustomStatus("kept");
                throw new FormatException("orch bad");
            })
            .Orchestrator("Relay", context => context.CallActivityAsync("Throw", 0));
        await using var hub = await TestHub.StartAsync(azurite, functions);

        var bad = await hub.RunAsync("Bad");
        bad.SerializedOutput.ShouldBe("System.FormatException: orch bad");
        bad.FailureDetails.ShouldBeNull();
        bad.SerializedCustomStatus.ShouldBe("\"kept\"");
        var relayed = await hub.RunAsync("Relay");
        relayed.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed);
        relayed.SerializedOutput.ShouldBe(
            "Microsoft.DurableTask.TaskFailedException: Task 'Throw' (#0) failed with an unhandled exception: act failed x");
    }

    [Fact]
    public async Task WhenAll_OneFailsAtOnce_ThrowsAfterAllHaveEnded()
    {
        var slow = new TaskCompletionSource();
        TaskStatus[] states = [];
        var functions = new LambdaFunctions()
            .Activity<int, int>("Work", async n =>
            {
                if (n == 1) throw new InvalidOperationException("one");
                await slow.Task;
                return n;
            })
            .Orchestrator("All", async context =>
            {
                Task[] tasks = [context.CallActivityAsync<int>("Work", 0), context.CallActivityAsync<int>("Work", 1), context.CallActivityAsync<int>("Work", 2)];
                try
                {
                    await Task.WhenAll(tasks);
                }
                catch (TaskFailedException)
                {
                    states = [.. tasks.Select(task => task.Status)];
                }
            });
        await using var hub = await TestHub.StartAsync(azurite, functions);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("All", Cancel);
        await hub.Client.WaitForInstanceStartAsync(id, Cancel);
        slow.SetResult();

        await hub.EndOfAsync(id);

        states.ShouldBe([TaskStatus.RanToCompletion, TaskStatus.Faulted, TaskStatus.RanToCompletion]);
    }

    [Fact]
    public async Task Child_Fails_ParentSeesTheChildsFailureAndItsCause()
    {
        TaskFailureDetails? details = null;
        var functions = new LambdaFunctions()
            .Failing("Throw", () => new InvalidOperationException("deep"))
            .Orchestrator("Child", context => context.CallActivityAsync("Throw", 0))
            .Orchestrator("Parent", async context =>
            {
                try
                {
                    await context.CallSubOrchestratorAsync("Child");
                }
                catch (TaskFailedException failed)
                {
                    details = failed.FailureDetails;
                }
            });
        await using var hub = await TestHub.StartAsync(azurite, functions);

        (await hub.RunAsync("Parent")).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed);

        details!.ErrorType.ShouldBe("Microsoft.DurableTask.TaskFailedException");
        details.ErrorMessage.ShouldBe("Task 'Throw' (#0) failed with an unhandled exception: deep");
        details.InnerFailure!.ErrorType.ShouldBe("System.InvalidOperationException");
    }

    [Fact]
    public async Task Children_ManyWithInputs_ReturnTheirResultsAndKnowTheirParent()
    {
        var functions = new LambdaFunctions()
            .Orchestrator("Child", context => Task.FromResult($"{context.GetInput<int>()} of {context.Parent!.Name} {context.Parent.InstanceId} in {context.InstanceId.Length}"))
            .Orchestrator("Parent", context => Task.WhenAll(Enumerable.Range(0, 10).Select(n =>
                context.CallSubOrchestratorAsync<string>("Child", n, n == 0 ? new SubOrchestrationOptions(instanceId: "given-child") : null))));
        await using var hub = await TestHub.StartAsync(azurite, functions);

        var ended = await hub.RunAsync("Parent", instanceId: "top");

        ended.ReadOutputAs<string[]>().ShouldBe(Enumerable.Range(0, 10).Select(n => $"{n} of Parent top in {(n == 0 ? "given-child".Length : 32)}"));
        (await hub.Client.GetInstanceAsync("given-child", Cancel))!.IsCompleted.ShouldBeTrue();
    }

    [Fact]
    public async Task Child_IdOfARunningInstance_FailsTheCallOnly()
    {
        var functions = new LambdaFunctions()
            .Orchestrator("Wait", context => context.WaitForExternalEvent<string>("never", Cancel))
            .Orchestrator("Parent", async context =>
            {
                try
                {
                    await context.CallSubOrchestratorAsync("Wait", options: new SubOrchestrationOptions(instanceId: "taken"));
                }
                catch (TaskFailedException failed)
                {
                    return failed.FailureDetails.ErrorMessage;
                }

                return "started";
            });
        await using var hub = await TestHub.StartAsync(azurite, functions);
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait", null, new StartOrchestrationOptions("taken"), Cancel);

        (await hub.RunAsync("Parent")).ReadOutputAs<string>().ShouldBe("An Orchestration instance with the ID taken already exists.");
    }

    [Fact]
    public async Task ContinueAsNew_TenTimes_KeepsTheIdAndTheLastInput()
    {
        var functions = new LambdaFunctions().Activity<int, int>("Next", n => n + 1).Orchestrator("Loop", async context =>
        {
            var n = await context.CallActivityAsync<int>("Next", context.GetInput<int>());
            if (n < 10) context.ContinueAsNew(n);
            return n;
        });
        await using var hub = await TestHub.StartAsync(azurite, functions);

        var ended = await hub.RunAsync("Loop", 0, "loop");

        ended.ReadOutputAs<int>().ShouldBe(10);
        ended.ReadInputAs<int>().ShouldBe(9);
    }

    [Theory]
    [InlineData(true, "first")]
    [InlineData(false, "second")]
    public async Task ContinueAsNew_UnreadEvent_IsKeptIfAskedFor(bool preserve, string received)
    {
        var functions = new LambdaFunctions().Orchestrator("Loop", async context =>
        {
            if (context.GetInput<int>() == 0)
            {
                await context.WaitForExternalEvent<string>("go");
                context.ContinueAsNew(1, preserve);
                return "";
            }

            context.SetCustomStatus("again");
            return await context.WaitForExternalEvent<string>("data");
        });
        await using var hub = await TestHub.StartAsync(azurite, functions);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Loop", 0, Cancel);
        await hub.Client.RaiseEventAsync(id, "data", "first", Cancel);
        await hub.Client.RaiseEventAsync(id, "go", "", Cancel);
        await TestHub.UntilAsync(async () => (await hub.Client.GetInstanceAsync(id, true, Cancel))!.SerializedCustomStatus == "\"again\"");
        if (!preserve) await hub.Client.RaiseEventAsync(id, "data", "second", Cancel);

        (await hub.EndOfAsync(id)).ReadOutputAs<string>().ShouldBe(received);
    }

    [Fact]
    public async Task ContinueAsNew_TasksNobodyAwaited_StillRun()
    {
        var ran = 0;
        var functions = new LambdaFunctions()
            .Activity<int, int>("Count", _ => Interlocked.Increment(ref ran))
            .Orchestrator("Child", context => context.CallActivityAsync("Count", 0))
            .Orchestrator("Loop", context =>
            {
                _ = context.CallActivityAsync("Count", 0);
                _ = context.CallSubOrchestratorAsync("Child");
                var n = context.GetInput<int>();
                if (n < 2) context.ContinueAsNew(n + 1);
                return Task.CompletedTask;
            });
        await using var hub = await TestHub.StartAsync(azurite, functions);

        await hub.RunAsync("Loop", 0);

        await TestHub.UntilAsync(() => Task.FromResult(Volatile.Read(ref ran) == 6));
    }

    [Fact]
    public async Task Orchestrator_AwaitsSomethingNotDurable_FailsWithTheReason()
    {
        var functions = new LambdaFunctions()
            .Activity<int, int>("Echo", n => n)
            .Orchestrator("Delay", context => Task.Delay(1))
            .Orchestrator("Later", async context =>
            {
                await context.CallActivityAsync<int>("Echo", 0);
                await Task.Run(() => { }, Cancel);
                await context.CallActivityAsync<int>("Echo", 0);
            });
        await using var hub = await TestHub.StartAsync(azurite, functions);

        foreach (var name in (string[])["Delay", "Later"])
        {
            var ended = await hub.RunAsync(name);
            ended.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed);
            ended.SerializedOutput.ShouldBe(
                "System.InvalidOperationException: An invalid asynchronous invocation was detected. This can be caused by awaiting non-durable tasks in an orchestrator function's implementation or by middleware that invokes asynchronous code.");
        }
    }

    [Theory]
    [InlineData("activity", "timer", "an activity task with sequence number 0 named 'Echo', but the current orchestration replay instead produced a CreateTimerOrchestratorAction action with this sequence number. ")]
    [InlineData("activity", "other activity", "an activity task with sequence number 0 named 'Echo', but the current orchestration replay instead scheduled an activity task named 'Other' with this sequence number.  ")]
    [InlineData("activity", "nothing", "an activity task with sequence ID 0 and name 'Echo' (version ''), but the current replay execution hasn't (yet?) scheduled this task. ")]
    [InlineData("timer", "activity", "a timer task with sequence number 0 named but the current orchestration replay instead produced a ScheduleTaskOrchestratorAction action with this sequence number. ")]
    [InlineData("timer", "nothing", "a timer task with sequence number 0 but the current replay execution hasn't (yet?) scheduled this task. ")]
    [InlineData("child", "activity", "a sub-orchestration task with sequence ID 0 and name 'Child' (version '', instance ID '*-child'), but the current orchestration replay instead produced a ScheduleTaskOrchestratorAction action at this sequence number. ")]
    [InlineData("child", "other child", "a sub-orchestration task with sequence ID 0 and name 'Child' (version '', instance ID '*-child'), but the current orchestration replay instead scheduled a sub-orchestration task with name Nephew at this sequence number. ")]
    [InlineData("event", "activity", "a send event task with sequence ID 0, type 'EventSent', name 'hello', instance ID '*-child', but the current orchestration replay instead scheduled a ScheduleTaskOrchestratorAction task at this sequence number. ")]
    public async Task Orchestrator_DoesSomethingElseAtReplay_FailsWithTheReason(string first, string then, string message)
    {
        var functions = new LambdaFunctions()
            .Activity<int, int>("Echo", n => n)
            .Activity<int, int>("Other", n => n)
            .Orchestrator("Child", _ => Task.CompletedTask)
            .Orchestrator("Nephew", _ => Task.CompletedTask)
            .Orchestrator("Change", context =>
            {
                var child = new SubOrchestrationOptions(instanceId: $"{context.InstanceId}-child");
                switch (context.IsReplaying ? then : first)
                {
                    case "activity": return context.CallActivityAsync<int>("Echo", 0);
                    case "other activity": return context.CallActivityAsync<int>("Other", 0);
                    case "timer": return context.CreateTimer(TimeSpan.FromMilliseconds(1), Cancel);
                    case "child": return context.CallSubOrchestratorAsync("Child", null, child);
                    case "other child": return context.CallSubOrchestratorAsync("Nephew", null, child);
                    case "event":
                        context.SendEvent($"{context.InstanceId}-child", "hello", 1);
                        return context.CreateTimer(TimeSpan.FromMilliseconds(1), Cancel);
                    default: return context.WaitForExternalEvent<string>("never");
                }
            });
        await using var hub = await TestHub.StartAsync(azurite, functions);

        var ended = await hub.RunAsync("Change");

        ended.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed);
        ended.SerializedOutput.ShouldBe(
            "DurableTask.Core.Exceptions.NonDeterministicOrchestrationException: Non-Deterministic workflow detected: A previous execution of this orchestration scheduled "
            + message.Replace("*", ended.InstanceId, StringComparison.Ordinal)
            + "Was a change made to the orchestrator code after this instance had already started running?");
    }

    [Fact]
    public async Task Orchestrator_SchedulesLaterThanTheFirstTime_FailsWithTheReason()
    {
        var functions = new LambdaFunctions().Activity<int, int>("Echo", n => n).Orchestrator("Late", async context =>
        {
            var first = context.IsReplaying ? null : context.CallActivityAsync<int>("Echo", 0);
            await context.WaitForExternalEvent<string>("go");
            await (first ?? context.CallActivityAsync<int>("Echo", 0));
        });
        await using var hub = await TestHub.StartAsync(azurite, functions);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Late", Cancel);

        (await hub.EndOfAsync(id)).SerializedOutput!.ShouldContain(
            "an activity task with sequence ID 0 and name 'Echo' (version ''), but the current replay execution hasn't (yet?) scheduled this task.");
    }

    [Fact]
    public async Task UnknownNames_Called_FailAsTheGenuineOnes()
    {
        var functions = new LambdaFunctions()
            .Orchestrator("Activity", context => DescribeAsync(context.CallActivityAsync("NoSuch")))
            .Orchestrator("Child", context => DescribeAsync(context.CallSubOrchestratorAsync("NoSuch")));
        await using var hub = await TestHub.StartAsync(azurite, functions);

        (await hub.RunAsync("NoSuch")).SerializedOutput.ShouldBe(
            """{"message":"The function 'NoSuch' doesn't exist, is disabled, or is not an orchestrator function. Additional info: The following are the known orchestrator functions: 'Activity', 'Child'.","details":null}""");
        (await hub.RunAsync("Activity")).ReadOutputAs<string>().ShouldBe(
            "Task 'NoSuch' (#0) failed with an unhandled exception: Exception of type 'DurableTask.Core.Exceptions.TaskFailedException' was thrown. | (unknown) | (unknown) | ");
        (await hub.RunAsync("Child")).ReadOutputAs<string>().ShouldBe("Task 'NoSuch' (#0) failed with an unhandled exception. |  |  | ");

        static async Task<string> DescribeAsync(Task call)
        {
            try
            {
                await call;
                return "no failure";
            }
            catch (TaskFailedException failed)
            {
                return $"{failed.Message} | {failed.FailureDetails?.ErrorType} | {failed.FailureDetails?.ErrorMessage} | {failed.FailureDetails?.StackTrace}";
            }
        }
    }

    [Fact]
    public async Task ActivityResult_OfAnotherType_ThrowsInTheOrchestrator()
    {
        var functions = new LambdaFunctions().Activity<string, string>("Text", s => s).Orchestrator("Number", async context =>
        {
            try
            {
                return $"{await context.CallActivityAsync<int>("Text", "no number")}";
            }
            catch (System.Text.Json.JsonException exception)
            {
                return exception.GetType().FullName;
            }
        });
        await using var hub = await TestHub.StartAsync(azurite, functions);

        (await hub.RunAsync("Number")).ReadOutputAs<string>().ShouldBe("System.Text.Json.JsonException");
    }

    [Fact]
    public async Task WhenAll_TwoFail_ThrowsTheFirstAndHoldsBoth()
    {
        var functions = new LambdaFunctions()
            .Activity<int, int>("Work", n => n > 0 ? throw new InvalidOperationException($"failed {n}") : n)
            .Orchestrator("All", async context =>
            {
                var all = Task.WhenAll(Enumerable.Range(0, 3).Select(n => context.CallActivityAsync<int>("Work", n)));
                try
                {
                    await all;
                    return "no failure";
                }
                catch (TaskFailedException first)
                {
                    return $"{first.Message} {all.Exception!.InnerExceptions.Count}";
                }
            });
        await using var hub = await TestHub.StartAsync(azurite, functions);

        (await hub.RunAsync("All")).ReadOutputAs<string>().ShouldBe("Task 'Work' (#1) failed with an unhandled exception: failed 1 2");
    }

    [Fact]
    public async Task Context_WhatIsNotThere_IsRefusedClearly()
    {
        const string versions = "System.NotSupportedException: The embedded durable engine has no orchestration versions: it cannot start version '2'. Leave the version out.";
        var functions = new LambdaFunctions()
            .Orchestrator("Activity", context => context.CallActivityAsync("Any", new TaskOptions { Version = "2" }))
            .Orchestrator("Child", context => context.CallSubOrchestratorAsync("Any", new SubOrchestrationOptions { Version = "2" }))
            .Orchestrator("Next", context =>
            {
                context.ContinueAsNew(new ContinueAsNewOptions { NewVersion = "2" });
                return Task.CompletedTask;
            })
            .Orchestrator("Entity", context => context.CallSubOrchestratorAsync("Any", new SubOrchestrationOptions(instanceId: "@e@k")));
        await using var hub = await TestHub.StartAsync(azurite, functions);

        foreach (var name in (string[])["Activity", "Child", "Next"]) (await hub.RunAsync(name)).SerializedOutput.ShouldBe(versions);
        (await hub.RunAsync("Entity")).SerializedOutput.ShouldBe(
            "System.ArgumentException: Instance IDs starting with '@' are reserved for entities, and must not be used for orchestrations, when entity support is enabled. (Parameter 'instanceId')");
    }

    [Fact]
    public async Task CustomStatus_Over16Kilobytes_FailsTheInstance()
    {
        var functions = new LambdaFunctions()
            .Orchestrator("Fits", context => { context.SetCustomStatus(new string('x', 8_190)); return Task.CompletedTask; })
            .Orchestrator("Null", context => { context.SetCustomStatus(null); return Task.CompletedTask; })
            .Orchestrator("Big", context => { context.SetCustomStatus(new string('x', 12_286)); return Task.CompletedTask; });
        await using var hub = await TestHub.StartAsync(azurite, functions);

        (await hub.RunAsync("Fits")).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed);
        var big = await hub.RunAsync("Big");
        big.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed);
        big.SerializedOutput.ShouldBe(
            """{"message":"Function 'Big' failed with an unhandled exception.","details":"System.ArgumentException: CustomStatus is too large: limit = 16 KB (UTF-16), actual = 24.00 KB."}""");
        (await hub.RunAsync("Null")).SerializedCustomStatus.ShouldBe("null");
    }

    [Theory]
    [InlineData(40_000)]
    [InlineData(1_500_000)]
    public async Task Payloads_Long_AreKeptWhole(int length)
    {
        var text = NoiseOf(length);
        var functions = new LambdaFunctions()
            .Activity<string, string>("Echo", s => s)
            .Orchestrator("Echo", context => context.CallActivityAsync<string>("Echo", context.GetInput<string>()));
        await using var hub = await TestHub.StartAsync(azurite, functions);

        var ended = await hub.RunAsync("Echo", text);

        ended.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed);
        (ended.ReadOutputAs<string>() == text).ShouldBeTrue();
        (ended.ReadInputAs<string>() == text).ShouldBeTrue();
    }

    [Fact]
    public async Task Payloads_EightMegabytesOfRecords_GoFromActivityToActivity()
    {
        var functions = new LambdaFunctions()
            .Activity<int, string>("List", count => string.Join(',', Enumerable.Range(0, count).Select(i => $"id {i}, name Customer {i * 7919 % count}, mail c{i}@example.com, balance {i * 31 % 9973}.50")))
            .Activity<string, int>("Length", text => text.Length)
            .Orchestrator("Pass", async context =>
            {
                var list = await context.CallActivityAsync<string>("List", 115_000);
                return (list.Length, await context.CallActivityAsync<int>("Length", list));
            });
        await using var hub = await TestHub.StartAsync(azurite, functions);

        var (made, received) = (await hub.RunAsync("Pass")).ReadOutputAs<(int, int)>();

        made.ShouldBeGreaterThan(8_000_000);
        received.ShouldBe(made);
    }

    [Fact]
    public async Task Payloads_MoreThanAClientTakes_AreKeptButNotReadByIt()
    {
        var text = new string('x', 2 * 1024 * 1024);
        var functions = new LambdaFunctions()
            .Activity<string, int>("Length", s => s.Length)
            .Orchestrator("Echo", context => Task.FromResult(context.GetInput<string>()))
            .Orchestrator("Drop", context => context.CallActivityAsync<int>("Length", context.GetInput<string>()));
        await using var hub = await TestHub.StartAsync(azurite, functions);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Echo", text, Cancel);

        await hub.EndOfAsync(id).ShouldThrowAsync(
            "Grpc.Core.RpcException: Status(StatusCode=\"ResourceExhausted\", Detail=\"Received message exceeds the maximum configured message size.\")");

        (await hub.Client.GetInstanceAsync(id, Cancel))!.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed);
        await using var unlimited = new Microsoft.Azure.Functions.Worker.FunctionsDurableTaskClient(hub.Engine) { TakesLongAnswers = true };
        (await unlimited.GetInstanceAsync(id, true, Cancel))!.ReadOutputAs<string>().ShouldBe(text);
        // Either alone is short enough.
        (await hub.RunAsync("Drop", text)).ReadOutputAs<int>().ShouldBe(text.Length);
    }

    [Fact]
    public async Task Payload_MoreThanATransactionTakes_FailsWithTheReason()
    {
        var functions = new LambdaFunctions()
            .Activity<int, string>("Big", NoiseOf)
            .Activity<string, int>("Length", s => s.Length)
            .Orchestrator("Result", context => context.CallActivityAsync<string>("Big", 5_000_000))
            .Orchestrator("Calls", context => Task.WhenAll(Enumerable.Range(0, 5).Select(i => context.CallActivityAsync<int>("Length", NoiseOf(1_000_000 + i)))));
        await using var hub = await TestHub.StartAsync(azurite, functions);

        (await hub.RunAsync("Result")).SerializedOutput!.ShouldContain("The result of the activity 'Big' is too large to be stored.");
        (await hub.RunAsync("Calls")).SerializedOutput!.ShouldContain("is more than one transaction takes");
    }

    /// <summary>The same text each time, which hardly compresses.</summary>
    private static string NoiseOf(int length)
    {
        var random = new Random(length);
        return string.Create(length, random, static (span, r) =>
        {
            for (var i = 0; i < span.Length; i++) span[i] = (char)r.Next('0', 'z');
        });
    }

    /// <summary>Keeps what was logged.</summary>
    private sealed class Lines : ILoggerProvider
    {
        public System.Collections.Concurrent.ConcurrentQueue<string> Written { get; } = new();

        public ILogger CreateLogger(string categoryName) => new Category(categoryName, Written);

        public void Dispose()
        {
        }

        private sealed class Category(string name, System.Collections.Concurrent.ConcurrentQueue<string> written) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
                written.Enqueue($"{name}: {formatter(state, exception)}");
        }
    }
}
