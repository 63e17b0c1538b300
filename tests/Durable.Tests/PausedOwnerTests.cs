using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Azure.Storage.Queues;
using Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Engine;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.Durable.Tests;

/// <summary>A process that sleeps through its claim and wakes up again has lost it: what it then writes is refused.</summary>
[Trait("Category", "Host")]
public sealed class PausedOwnerTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task OwnerPausedBeforeItsCommit_AnotherTakesOver_TheCommitIsRefused()
    {
        var (result, started) = (new TaskCompletionSource<string>(), new TaskCompletionSource());
        var first = Functions(async () =>
        {
            started.SetResult();
            return await result.Task;
        });
        var second = Functions(() => Task.FromResult("second"));
        var time = new MovedTime();
        var options = new HubOptions { HubName = AzuriteFixture.NewPrefix(), PollInterval = TimeSpan.FromMinutes(5), HeartbeatInterval = TimeSpan.FromMinutes(5), OwnerTimeout = TimeSpan.FromMinutes(10) };
        var gate = new Gate();
        await using var owner = await TestHub.StartAsync(azurite, first, options: options, time: time, transport: new CountingTransport(gate));
        var id = await owner.Client.ScheduleNewOrchestrationInstanceAsync("Work", Cancel);
        await started.Task;

        // The owner has the result and is about to commit it when it falls asleep.
        gate.HoldNextTransaction();
        result.SetResult("first");
        await gate.Held;
        time.Advance(TimeSpan.FromHours(1));
        await using var other = await TestHub.StartAsync(azurite, second, options: options with { PollInterval = TimeSpan.FromMilliseconds(50) }, time: time);
        (await other.EndOfAsync(id)).ReadOutputAs<string>().ShouldBe("second");
        var before = await HeadAsync(azurite, options.HubName, id);

        gate.Release();

        (await gate.Answer).ShouldContain("UpdateConditionNotSatisfied");
        (await owner.EndOfAsync(id)).ReadOutputAs<string>().ShouldBe("second");
        await owner.DisposeAsync();
        (await HeadAsync(azurite, options.HubName, id)).ETag.ShouldBe(before.ETag);
    }

    [Fact]
    public async Task FrozenProcess_AnotherTakesOver_WakesUpWithoutOverwriting()
    {
        var journal = Directory.CreateTempSubdirectory("frozen-process-").FullName;
        var settings = ProbeProcess.Settings(azurite.ConnectionString, journal);
        settings["EmbeddedHost__MessageLease"] = "00:00:03";
        var queue = new QueueClient(azurite.ConnectionString, settings["WorkQueue"], new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 });
        await queue.CreateAsync(cancellationToken: Cancel);
        await using (var owner = await ProbeProcess.StartAsync(settings, Cancel))
        {
            (await owner.Client.PostAsync("/api/chains/frozen?steps=2&wait=1500", null, Cancel)).EnsureSuccessStatusCode();
            await queue.SendMessageAsync("held 1500", Cancel);
            await Eventually.HoldsAsync(() => Lacking(journal, owner.Id, "began frozen 1", "began held 1"));
            owner.Freeze();

            // Longer than its claim: the other one does all of it.
            await using var other = await ProbeProcess.StartAsync(settings, Cancel);
            await Eventually.HoldsAsync(async () => await other.Client.GetStringAsync("/api/chains/frozen", Cancel) is var now and not "Completed 3" ? now : null);
            await Eventually.HoldsAsync(() => Lacking(journal, other.Id, "ended frozen 2", "ended held 2"));
            var before = await HeadAsync(azurite, settings["TaskHubName"], "frozen");

            // Its own late results come after the end.
            owner.Thaw();
            await Eventually.HoldsAsync(() => Lacking(journal, owner.Id, "ended frozen 1", "ended held 1"));
            await Eventually.HoldsAsync(async () => (await queue.GetPropertiesAsync(Cancel)).Value.ApproximateMessagesCount is > 0 and var count ? $"{count} messages are left" : null);
            // What must not happen has a moment to happen in.
            await Task.Delay(TimeSpan.FromMilliseconds(500), Cancel);
            (await HeadAsync(azurite, settings["TaskHubName"], "frozen")).ETag.ShouldBe(before.ETag);
            (await owner.Client.GetStringAsync("/api/chains/frozen", Cancel)).ShouldBe("Completed 3");
            ProbeProcess.ReadJournal(journal).ShouldNotContain(line => line.Process == owner.Id && line.Text == "began frozen 2");
        }

        Directory.Delete(journal, recursive: true);
    }

    private static Task<string?> Lacking(string journal, int process, params string[] texts)
    {
        var written = ProbeProcess.ReadJournal(journal).Where(line => line.Process == process).Select(line => line.Text).ToHashSet();
        return Task.FromResult(texts.FirstOrDefault(text => !written.Contains(text)) is { } missing ? $"process {process} has not written '{missing}'" : null);
    }

    private static async Task<TableEntity> HeadAsync(AzuriteFixture azurite, string hub, string id) =>
        await new TableClient(azurite.ConnectionString, $"{hub}Orchestrations").GetEntityAsync<TableEntity>(Keys.Partition(id), Keys.Head, cancellationToken: Cancel);

    private static LambdaFunctions Functions(Func<Task<string>> work) => new LambdaFunctions()
        .Activity<string, string>("Do", _ => work())
        .Orchestrator("Work", context => context.CallActivityAsync<string>("Do", ""));

    /// <summary>Holds one transaction back before the service sees it, and keeps the service's answer to it.</summary>
    private sealed class Gate : HttpPipelineTransport
    {
        private readonly HttpPipelineTransport _inner = HttpClientTransport.Shared;
        private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<string> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _toHold;

        public Task Held => _held.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancel);

        public Task<string> Answer => _answer.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancel);

        public void HoldNextTransaction() => Interlocked.Exchange(ref _toHold, 1);

        public void Release() => _released.SetResult();

        public override Request CreateRequest() => _inner.CreateRequest();

        public override void Process(HttpMessage message) => _inner.Process(message);

        public override async ValueTask ProcessAsync(HttpMessage message)
        {
            if (!message.Request.Uri.ToUri().AbsolutePath.EndsWith("/$batch", StringComparison.Ordinal) || Interlocked.Exchange(ref _toHold, 0) == 0)
            {
                await _inner.ProcessAsync(message);
                return;
            }

            _held.SetResult();
            await _released.Task;
            await _inner.ProcessAsync(message);
            var body = new MemoryStream();
            await message.Response.ContentStream!.CopyToAsync(body, Cancel);
            body.Position = 0;
            message.Response.ContentStream = body;
            _answer.SetResult(System.Text.Encoding.UTF8.GetString(body.ToArray()));
        }
    }
}
