using Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Engine;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.Durable.Tests;

[Trait("Category", "Host")]
public sealed class ClientTests(AzuriteFixture azurite)
{
    private static readonly LambdaFunctions Functions = new LambdaFunctions()
        .Orchestrator("Echo", context => Task.FromResult(context.GetInput<string>()))
        .Orchestrator("Void", _ => Task.CompletedTask)
        .Orchestrator("Fail", Task (_) => throw new InvalidOperationException("failed"))
        .Orchestrator("Wait", context => context.WaitForExternalEvent<string>("go"))
        .Orchestrator("Parent", async context =>
        {
            try
            {
                return await context.CallSubOrchestratorAsync<string>("Wait", options: new SubOrchestrationOptions(instanceId: $"{context.InstanceId}-child"));
            }
            catch (TaskFailedException failed)
            {
                return $"{failed.Message} {failed.FailureDetails is null}";
            }
        });

    private const string Exists = "DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException: An Orchestration instance with the ID one already exists.";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("with / and \\ and # and ? and %2F")]
    [InlineData("'quoted' \t tab ! é @ \u0001 \ud800 lone")]
    [InlineData("@inside-only is refused in front", "x@y")]
    public async Task Start_AnyCharacters_RunsAndIsFound(string id, string? instead = null)
    {
        id = instead ?? id;
        await using var hub = await TestHub.StartAsync(azurite, Functions);

        (await hub.RunAsync("Echo", "hello", id)).ReadOutputAs<string>().ShouldBe("hello");

        (await hub.Client.GetInstanceAsync(id, Cancel))!.InstanceId.ShouldBe(id);
        (await hub.Client.GetAllInstancesAsync().ToListAsync(Cancel)).Single().InstanceId.ShouldBe(id);
    }

    [Fact]
    public async Task Start_IdsThatDifferInCase_AreDifferentInstances()
    {
        await using var hub = await TestHub.StartAsync(azurite, Functions);

        await hub.RunAsync("Echo", "a", "Id");

        (await hub.Client.GetInstanceAsync("id", Cancel)).ShouldBeNull();
    }

    [Fact]
    public async Task Start_IdThatCannotBe_IsRefused()
    {
        const string reserved = "System.ArgumentException: Instance IDs starting with '@' are reserved for entities, and must not be used for orchestrations, when entity support is enabled.";
        await using var hub = TestHub.Create(azurite, Functions);
        var tooLong = new string('x', 600);

        await StartAsync("@entity@key").ShouldThrowAsync($"{reserved} (Parameter 'options?.InstanceId')");
        await StartAsync(tooLong).ShouldThrowAsync(
            $"Grpc.Core.RpcException: Status(StatusCode=\"Internal\", Detail=\"Failed to start instance with ID {tooLong}.\nInner Exception message: An error occurred while communicating with Azure Storage.\")");
        await hub.Client.RaiseEventAsync("@e@k", "go", Cancel).ShouldThrowAsync($"{reserved} (Parameter 'instanceId')");
        await hub.Client.TerminateInstanceAsync("@e@k", Cancel).ShouldThrowAsync($"{reserved} (Parameter 'instanceId')");
        await hub.Client.GetInstanceAsync("@e@k", Cancel).ShouldThrowAsync($"{reserved} (Parameter 'instanceId')");
        await hub.Client.GetInstanceAsync("", Cancel).ShouldThrowAsync("System.ArgumentNullException: Value cannot be null. (Parameter 'instanceId')");
        await hub.Client.WaitForInstanceCompletionAsync("@e@k", Cancel).ShouldThrowAsync($"{reserved} (Parameter 'instanceId')");

        Task StartAsync(string id) => hub.Client.ScheduleNewOrchestrationInstanceAsync("Echo", null, new StartOrchestrationOptions(id), Cancel);
    }

    [Fact]
    public async Task Start_NoIdOrAnEmptyOne_MakesOneOf32HexDigits()
    {
        await using var hub = TestHub.Create(azurite, Functions);

        foreach (var options in (StartOrchestrationOptions?[])[null, new StartOrchestrationOptions(), new StartOrchestrationOptions("")])
            (await hub.Client.ScheduleNewOrchestrationInstanceAsync("Echo", null, options, Cancel)).ShouldMatch("^[0-9a-f]{32}$");
        foreach (var length in (int[])[100, 101, 245])
        {
            var id = new string('y', length);
            (await hub.Client.ScheduleNewOrchestrationInstanceAsync("Echo", null, new StartOrchestrationOptions(id), Cancel)).ShouldBe(id);
        }
    }

    [Fact]
    public async Task Start_NullInput_IsNullThroughout()
    {
        await using var hub = await TestHub.StartAsync(azurite, Functions);

        var ended = await hub.RunAsync("Void");

        ended.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed);
        ended.SerializedInput.ShouldBeNull();
        ended.SerializedOutput.ShouldBeNull();
        ended.FailureDetails.ShouldBeNull();
        ended.CreatedAt.Offset.ShouldBe(TimeSpan.Zero);
        ended.LastUpdatedAt.Offset.ShouldBe(TimeSpan.Zero);
        ended.LastUpdatedAt.ShouldBeGreaterThan(ended.CreatedAt);
    }

    [Fact]
    public async Task Start_WithTags_ShowsThem()
    {
        await using var hub = TestHub.Create(azurite, Functions);
        var options = new StartOrchestrationOptions("tagged") { Tags = new Dictionary<string, string> { ["team"] = "blue", ["é"] = "'" } };

        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Echo", null, options, Cancel);

        (await hub.Client.GetInstanceAsync("tagged", Cancel))!.Tags.ShouldBe(options.Tags, ignoreOrder: true);
        (await hub.Client.GetAllInstancesAsync().ToListAsync(Cancel)).Single().Tags.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Start_WithAVersion_IsRefusedClearly()
    {
        await using var hub = TestHub.Create(azurite, Functions);
        var options = new StartOrchestrationOptions("versioned") { Version = "1.2" };

        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Echo", null, options, Cancel).ShouldThrowAsync(
            "System.NotSupportedException: The embedded durable engine has no orchestration versions: it cannot start version '1.2'. Leave the version out.");

        (await hub.Client.GetInstanceAsync("versioned", Cancel)).ShouldBeNull();
    }

    [Fact]
    public async Task Start_IdIsRunning_IsRefusedAndTheFirstGoesOn()
    {
        await using var hub = await TestHub.StartAsync(azurite, Functions);
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait", null, new StartOrchestrationOptions("one"), Cancel);

        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Echo", null, new StartOrchestrationOptions("one"), Cancel).ShouldThrowAsync(Exists);
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Echo", null, new StartOrchestrationOptions("one") { DedupeStatuses = [] }, Cancel).ShouldThrowAsync(Exists);

        await hub.Client.RaiseEventAsync("one", "go", "went on", Cancel);
        (await hub.EndOfAsync("one")).ReadOutputAs<string>().ShouldBe("went on");
    }

    [Fact]
    public async Task Start_TenAtOnceWithOneId_OneIsAccepted()
    {
        await using var hub = await TestHub.StartAsync(azurite, Functions);
        await using var other = TestHub.Create(azurite, Functions, hub.Engine.Options.HubName);

        var starts = await Task.WhenAll(Enumerable.Range(0, 10).Select(async i =>
        {
            var client = i % 2 == 0 ? hub.Client : other.Client;
            try
            {
                return await client.ScheduleNewOrchestrationInstanceAsync("Wait", null, new StartOrchestrationOptions("one"), Cancel);
            }
            catch (Exception exception) when (exception.Message.Contains("already exists"))
            {
                return null;
            }
        }));

        starts.Count(id => id is not null).ShouldBe(1);
    }

    [Theory]
    [InlineData(OrchestrationRuntimeStatus.Completed)]
    [InlineData(OrchestrationRuntimeStatus.Failed)]
    [InlineData(OrchestrationRuntimeStatus.Terminated)]
    public async Task Start_IdHasEnded_ReplacesIt(OrchestrationRuntimeStatus status)
    {
        await using var hub = await TestHub.StartAsync(azurite, Functions);
        var first = status switch
        {
            OrchestrationRuntimeStatus.Completed => "Echo",
            OrchestrationRuntimeStatus.Failed => "Fail",
            _ => "Wait",
        };
        await hub.Client.ScheduleNewOrchestrationInstanceAsync(first, "first", new StartOrchestrationOptions("one"), Cancel);
        if (status is OrchestrationRuntimeStatus.Terminated) await hub.Client.TerminateInstanceAsync("one", Cancel);
        (await hub.EndOfAsync("one")).RuntimeStatus.ShouldBe(status);

        var second = await hub.RunAsync("Echo", "second", "one");

        second.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed);
        (second.ReadInputAs<string>(), second.ReadOutputAs<string>()).ShouldBe(("second", "second"));
        second.Name.ShouldBe("Echo");
        (await hub.Engine.Store.LoadAsync("one", Cancel))!.Garbage.ShouldBeEmpty();
    }

    [Fact]
    public async Task Start_DedupeStatusMet_IsRefused()
    {
        await using var hub = await TestHub.StartAsync(azurite, Functions);
        await hub.RunAsync("Echo", "first", "one");
        var options = new StartOrchestrationOptions("one");

        await StartAsync(options.WithDedupeStatuses(OrchestrationRuntimeStatus.Completed)).ShouldThrowAsync(Exists);
        await StartAsync(options with { DedupeStatuses = ["Nope"] }).ShouldThrowAsync(
            "System.ArgumentException: Invalid orchestration runtime status: 'Nope' for deduplication.");
        await StartAsync(options.WithDedupeStatuses(OrchestrationRuntimeStatus.Failed));

        (await hub.EndOfAsync("one")).ReadOutputAs<string>().ShouldBe("second");

        Task StartAsync(StartOrchestrationOptions with) => hub.Client.ScheduleNewOrchestrationInstanceAsync("Echo", "second", with, Cancel);
    }

    [Fact]
    public async Task Start_LaterOn_IsPendingUntilThen()
    {
        var time = new MovedTime();
        await using var hub = await TestHub.StartAsync(azurite, Functions, time: time);
        var at = DateTimeOffset.UtcNow.AddHours(1);

        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Echo", "later", new StartOrchestrationOptions(StartAt: at), Cancel);

        var pending = (await hub.Client.GetInstanceAsync(id, true, Cancel))!;
        (pending.RuntimeStatus, pending.SerializedInput, pending.SerializedCustomStatus).ShouldBe((OrchestrationRuntimeStatus.Pending, "\"later\"", null));
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Echo", "again", new StartOrchestrationOptions(id), Cancel).ShouldThrowAsync(
            $"DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException: An Orchestration instance with the ID {id} already exists.");
        await hub.RunAsync("Echo", "meanwhile");
        (await hub.Client.GetInstanceAsync(id, Cancel))!.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Pending);
        time.Advance(TimeSpan.FromHours(1));
        (await hub.EndOfAsync(id)).ReadOutputAs<string>().ShouldBe("later");
    }

    [Fact]
    public async Task Get_UnknownId_IsNull()
    {
        await using var hub = await TestHub.StartAsync(azurite, Functions);

        (await hub.Client.GetInstanceAsync("nobody", true, Cancel)).ShouldBeNull();
    }

    [Fact]
    public async Task Wait_Canceled_SaysWhatWasWaitedFor()
    {
        await using var hub = await TestHub.StartAsync(azurite, Functions);
        using var soon = new CancellationTokenSource(150);

        var canceled = await Record.ExceptionAsync(() => hub.Client.WaitForInstanceCompletionAsync("nobody", soon.Token));

        canceled.ShouldBeOfType<OperationCanceledException>().Message.ShouldBe("The WaitForInstanceCompletionAsync operation was canceled.");
        canceled.InnerException!.ToString().ShouldStartWith("Grpc.Core.RpcException: Status(StatusCode=\"Cancelled\", Detail=\"Call canceled by the client.\")");
    }

    [Fact]
    public async Task Wait_LongerThanTheClientMay_IsCanceledThoughTheTokenIsNot()
    {
        var options = TestHub.Options(AzuriteFixture.NewPrefix()) with { LongestWait = TimeSpan.FromMilliseconds(200) };
        await using var hub = await TestHub.StartAsync(azurite, Functions, options: options);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait", Cancel);

        await hub.Client.WaitForInstanceCompletionAsync(id, Cancel).ShouldThrowAsync(
            "System.OperationCanceledException: The WaitForInstanceCompletionAsync operation was canceled.");

        new HubOptions { HubName = "x" }.LongestWait.ShouldBe(TimeSpan.FromSeconds(100));
    }

    [Fact]
    public async Task Texts_NotAskedFor_AreNullAndCannotBeRead()
    {
        await using var hub = await TestHub.StartAsync(azurite, Functions);
        var id = (await hub.RunAsync("Echo", "text")).InstanceId;

        var bare = (await hub.Client.GetInstanceAsync(id, Cancel))!;

        (bare.SerializedInput, bare.SerializedOutput, bare.SerializedCustomStatus).ShouldBe((null, null, null));
        Should.Throw<InvalidOperationException>(() => bare.ReadOutputAs<string>()).Message.ShouldBe(
            "The ReadOutputAs method can only be used on OrchestrationMetadata objects that are fetched with the option to include output data.");
        Should.Throw<InvalidOperationException>(() => bare.ReadCustomStatusAs<string>()).Message.ShouldBe(
            "The ReadCustomStatusAs method can only be used on OrchestrationMetadata objects that are fetched with the option to include input and output data.");
        var whole = (await hub.Client.GetInstanceAsync(id, true, Cancel))!;
        whole.ToString().ShouldEndWith(", Input: '\"text\"', Output: '\"text\"']");
        System.Text.Json.Nodes.JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(whole))!.AsObject().Select(member => member.Key).ShouldBe(
        [
            "Name", "InstanceId", "DataConverter", "RuntimeStatus", "CreatedAt", "LastUpdatedAt", "SerializedInput", "SerializedOutput",
            "SerializedCustomStatus", "Tags", "FailureDetails", "IsRunning", "IsCompleted",
        ]);
    }

    [Fact]
    public async Task Terminate_Waiting_EndsItWithTheOutput()
    {
        await using var hub = await TestHub.StartAsync(azurite, Functions);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait", Cancel);

        await hub.Client.TerminateInstanceAsync(id, new { why = "x" }, Cancel);

        var ended = await hub.EndOfAsync(id);
        ended.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Terminated);
        ended.SerializedOutput.ShouldBe("""{"why":"x"}""");
        await hub.Client.TerminateInstanceAsync(id, Cancel).ShouldThrowAsync(
            $"Grpc.Core.RpcException: Status(StatusCode=\"FailedPrecondition\", Detail=\"InvalidOperationException: Cannot terminate the orchestration instance {id} because instance is in the Terminated state.\")");
        await hub.Client.TerminateInstanceAsync("nobody", Cancel).ShouldThrowAsync(
            "Grpc.Core.RpcException: Status(StatusCode=\"NotFound\", Detail=\"ArgumentException: No instance with ID 'nobody' was found. (Parameter 'instanceId')\")");
    }

    [Fact]
    public async Task Terminate_Pending_EndsItForGood()
    {
        var time = new MovedTime();
        await using var hub = await TestHub.StartAsync(azurite, Functions, time: time);
        var options = new StartOrchestrationOptions(StartAt: DateTimeOffset.UtcNow.AddHours(1));
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Echo", "never", options, Cancel);

        await hub.Client.TerminateInstanceAsync(id, Cancel);

        (await hub.EndOfAsync(id)).SerializedOutput.ShouldBeNull();
        time.Advance(TimeSpan.FromHours(2));
        await hub.RunAsync("Echo", "meanwhile");
        (await hub.EndOfAsync(id)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Terminated);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Terminate_Parent_LeavesTheChildRunning(bool recursive)
    {
        await using var hub = await TestHub.StartAsync(azurite, Functions);
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Parent", null, new StartOrchestrationOptions("p"), Cancel);
        await TestHub.UntilAsync(async () => await hub.Client.GetInstanceAsync("p-child", Cancel) is { IsRunning: true });

        await hub.Client.TerminateInstanceAsync("p", new TerminateInstanceOptions(null, recursive), Cancel);

        (await hub.EndOfAsync("p")).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Terminated);
        await hub.Client.RaiseEventAsync("p-child", "go", "still here", Cancel);
        (await hub.EndOfAsync("p-child")).ReadOutputAs<string>().ShouldBe("still here");
    }

    [Fact]
    public async Task Terminate_WithAnActivityRunning_EndsAtOnceAndDropsTheResult()
    {
        var release = new TaskCompletionSource();
        var finished = new TaskCompletionSource();
        var functions = new LambdaFunctions()
            .Activity("Slow", async _ =>
            {
                await release.Task;
                finished.SetResult();
            })
            .Orchestrator("Slow", context => context.CallActivityAsync("Slow"));
        await using var hub = await TestHub.StartAsync(azurite, functions);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Slow", Cancel);
        await hub.Client.WaitForInstanceStartAsync(id, Cancel);

        await hub.Client.TerminateInstanceAsync(id, Cancel);

        (await hub.EndOfAsync(id)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Terminated);
        release.SetResult();
        await finished.Task;
        (await hub.EndOfAsync(id)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Terminated);
    }

    [Fact]
    public async Task Terminate_Child_FailsTheParentsCall()
    {
        await using var hub = await TestHub.StartAsync(azurite, Functions);
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Parent", null, new StartOrchestrationOptions("p"), Cancel);
        await TestHub.UntilAsync(async () => await hub.Client.GetInstanceAsync("p-child", Cancel) is { IsRunning: true });

        await hub.Client.TerminateInstanceAsync("p-child", Cancel);

        (await hub.EndOfAsync("p")).ReadOutputAs<string>().ShouldBe("Task 'Wait' (#0) failed with an unhandled exception. True");
    }

    [Fact]
    public async Task Purge_EndedRunningAndUnknown_DeletesTheEndedOnly()
    {
        await using var hub = await TestHub.StartAsync(azurite, Functions);
        await hub.RunAsync("Echo", new string('x', 50_000), "ended");
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait", null, new StartOrchestrationOptions("running"), Cancel);
        await hub.Client.WaitForInstanceStartAsync("running", Cancel);

        var purged = await hub.Client.PurgeInstanceAsync("ended", Cancel);
        (purged.PurgedInstanceCount, purged.IsComplete).ShouldBe((1, null));
        (await hub.Client.PurgeInstanceAsync("ended", Cancel)).PurgedInstanceCount.ShouldBe(0);
        (await Should.ThrowAsync<InvalidOperationException>(hub.Client.PurgeInstanceAsync("running", Cancel))).Message
            .ShouldBe("Only orchestrations in a terminal state can be purged, but the orchestration with instance ID running has status Running");

        (await hub.Client.GetInstanceAsync("ended", Cancel)).ShouldBeNull();
    }

    [Fact]
    public async Task PurgeAll_ByStatus_LeavesTheOthersAndTheRunning()
    {
        await using var hub = await TestHub.StartAsync(azurite, Functions);
        await hub.RunAsync("Echo", "", "a");
        await hub.RunAsync("Fail", "", "b");
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait", null, new StartOrchestrationOptions("c"), Cancel);
        await hub.Client.WaitForInstanceStartAsync("c", Cancel);

        (await hub.Client.PurgeAllInstancesAsync(new PurgeInstancesFilter(Statuses: [OrchestrationRuntimeStatus.Failed]), Cancel)).PurgedInstanceCount.ShouldBe(1);
        (await hub.Client.PurgeInstancesAsync(DateTimeOffset.UtcNow.AddHours(1), null, Cancel)).PurgedInstanceCount.ShouldBe(0);
        (await hub.Client.PurgeInstancesAsync(null, null, [OrchestrationRuntimeStatus.Running], Cancel)).PurgedInstanceCount.ShouldBe(0);
        (await hub.Client.PurgeInstancesAsync(null, null, Cancel)).PurgedInstanceCount.ShouldBe(1);

        (await hub.Client.GetAllInstancesAsync().ToListAsync(Cancel)).Single().InstanceId.ShouldBe("c");
    }

    [Fact]
    public async Task PurgeAll_TimeLimit_SaysWhetherThatWasAll()
    {
        var time = new MovedTime();
        await using var hub = await TestHub.StartAsync(azurite, Functions, time: time);
        for (var i = 0; i < 3; i++) await hub.RunAsync("Echo", "", $"e{i}");

        await hub.Client.PurgeAllInstancesAsync(new PurgeInstancesFilter { Timeout = TimeSpan.Zero }, Cancel).ShouldThrowAsync(
            $"System.ArgumentOutOfRangeException: PurgeInstancesFilter.Timeout must be a positive TimeSpan. (Parameter 'filter'){Environment.NewLine}Actual value was 00:00:00.");
        var cut = await hub.Client.PurgeAllInstancesAsync(new PurgeInstancesFilter { Timeout = TimeSpan.FromTicks(1) }, Cancel);
        (cut.PurgedInstanceCount, cut.IsComplete).ShouldBe((0, false));
        var all = await hub.Client.PurgeAllInstancesAsync(new PurgeInstancesFilter { Timeout = TimeSpan.FromMinutes(5) }, Cancel);
        (all.PurgedInstanceCount, all.IsComplete).ShouldBe((3, true));
    }

    [Fact]
    public async Task Sweep_AfterTheRetention_DeletesWhatHasEnded()
    {
        var time = new MovedTime();
        await using var hub = await TestHub.StartAsync(azurite, Functions, time: time);
        await hub.RunAsync("Echo", "", "old");
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait", null, new StartOrchestrationOptions("waiting"), Cancel);
        time.Advance(TimeSpan.FromDays(31));
        await hub.RunAsync("Echo", "", "new");

        await hub.Engine.SweepAsync(Cancel);

        (await hub.Client.GetAllInstancesAsync().ToListAsync(Cancel)).Select(i => i.InstanceId).ShouldBe(["new", "waiting"]);
    }

    [Fact]
    public async Task Query_PrefixStatusAndTime_GiveTheRightOnesPageByPage()
    {
        await using var hub = await TestHub.StartAsync(azurite, Functions);
        for (var i = 0; i < 5; i++) await hub.RunAsync("Echo", $"{i}", $"run/{i}");
        await hub.RunAsync("Fail", "", "bad");

        var pages = await hub.Client.GetAllInstancesAsync(new OrchestrationQuery(InstanceIdPrefix: "run/", PageSize: 2, FetchInputsAndOutputs: true)).AsPages().ToListAsync(Cancel);
        pages.Select(page => page.Values.Count).ShouldBe([2, 2, 1]);
        pages.SelectMany(page => page.Values).Select(i => i.ReadOutputAs<string>()).ShouldBe(["0", "1", "2", "3", "4"]);
        var rest = await hub.Client.GetAllInstancesAsync(new OrchestrationQuery(InstanceIdPrefix: "run/", PageSize: 2, ContinuationToken: pages[0].ContinuationToken)).ToListAsync(Cancel);
        rest.Select(i => i.InstanceId).ShouldBe(["run/2", "run/3", "run/4"]);
        // Outputs come along unasked, but nothing can be read by type.
        rest.Select(i => (i.SerializedInput, i.SerializedOutput, i.SerializedCustomStatus)).ShouldBe(
            [(null, "\"2\"", "null"), (null, "\"3\"", "null"), (null, "\"4\"", "null")]);
        rest.ShouldAllBe(i => i.DataConverter == null);

        // A failed one keeps more than its output, but that is no reason to read it.
        hub.Transport.Reset();
        (await hub.Client.GetAllInstancesAsync(new OrchestrationQuery(InstanceIdPrefix: "bad")).ToListAsync(Cancel)).Single().SerializedOutput
            .ShouldBe("System.InvalidOperationException: failed");
        hub.Transport.Calls.Count(call => call.Method == "GET" && Uri.UnescapeDataString(call.Uri.PathAndQuery) is var asked
            && asked.Contains("Orchestrations") && asked.Contains("'bad")).ShouldBe(1); // The hub's own calls go on meanwhile.

        (await CountAsync(new OrchestrationQuery(Statuses: [OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated]))).ShouldBe(1);
        (await CountAsync(new OrchestrationQuery(Statuses: [OrchestrationRuntimeStatus.Running]))).ShouldBe(0);
        (await CountAsync(new OrchestrationQuery(InstanceIdPrefix: "nothing"))).ShouldBe(0);
        (await CountAsync(new OrchestrationQuery(CreatedFrom: DateTimeOffset.UtcNow.AddMinutes(1)))).ShouldBe(0);
        (await CountAsync(new OrchestrationQuery(CreatedTo: DateTimeOffset.UtcNow.AddMinutes(1)))).ShouldBe(6);

        async Task<int> CountAsync(OrchestrationQuery query) => (await hub.Client.GetAllInstancesAsync(query).ToListAsync(Cancel)).Count;
    }

    [Fact]
    public async Task SuspendAndItsLike_AreNotSupported()
    {
        await using var hub = TestHub.Create(azurite, Functions);

        (await Should.ThrowAsync<NotSupportedException>(() => hub.Client.SuspendInstanceAsync("x", Cancel))).Message.ShouldContain("does not suspend");
        (await Should.ThrowAsync<NotSupportedException>(() => hub.Client.ResumeInstanceAsync("x", Cancel))).Message.ShouldContain("does not suspend");
        (await Should.ThrowAsync<NotSupportedException>(() => hub.Client.RestartAsync("x", cancellation: Cancel))).Message
            .ShouldBe("Microsoft.Azure.Functions.Worker.FunctionsDurableTaskClient does not support orchestration restart.");
        (await Should.ThrowAsync<NotSupportedException>(() => hub.Client.RewindInstanceAsync("x", "why", Cancel))).Message
            .ShouldBe("Microsoft.Azure.Functions.Worker.FunctionsDurableTaskClient does not support orchestration rewind.");
        (await Should.ThrowAsync<NotSupportedException>(() => hub.Client.GetOrchestrationHistoryAsync("x", Cancel))).Message
            .ShouldBe("Microsoft.Azure.Functions.Worker.FunctionsDurableTaskClient does not support retrieving orchestration history.");
    }

    [Fact]
    public async Task Refusals_CaughtByTheTypesThatComeWithTheOfficialPackages_SayWhy()
    {
        await using var hub = await TestHub.StartAsync(azurite, Functions);
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait", null, new StartOrchestrationOptions("one"), Cancel);

        try
        {
            await hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait", null, new StartOrchestrationOptions("one"), Cancel);
            Assert.Fail("Started twice.");
        }
        catch (DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException exists)
        {
            exists.Message.ShouldBe("An Orchestration instance with the ID one already exists.");
        }

        try
        {
            await hub.Client.RaiseEventAsync("nobody", "go", Cancel);
            Assert.Fail("Sent to nobody.");
        }
        catch (Grpc.Core.RpcException refused) when (refused.StatusCode is Grpc.Core.StatusCode.NotFound)
        {
            refused.Status.Detail.ShouldBe("No instance with ID 'nobody' was found. (Parameter 'instanceId')");
        }
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("!002F")]
    [InlineData("a/b")]
    [InlineData("\ud800x\udc00\ud83d\ude00")]
    public void Escape_AnyText_ComesBackAndHoldsNoForbiddenCharacter(string id)
    {
        var key = Keys.Escape(id);

        Keys.Unescape(key).ShouldBe(id);
        key.IndexOfAny(['/', '\\', '#', '?', '%']).ShouldBe(-1);
    }
}
