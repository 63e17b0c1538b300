using Microsoft.Azure.Functions.Worker;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Engine;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Converters;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.Durable.Tests;

/// <summary>A process of a task hub: the engine, its client, and the transport that its storage calls go through.</summary>
internal sealed class TestHub : IAsyncDisposable
{
    private readonly TaskHub _hub;

    private TestHub(TaskHub hub, CountingTransport transport)
    {
        _hub = hub;
        Transport = transport;
        Client = new FunctionsDurableTaskClient(hub);
    }

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public CountingTransport Transport { get; }

    public DurableTaskClient Client { get; }

    public TaskHub Engine => _hub;

    /// <summary>Quick to poll and quick to take over, so that tests need not wait.</summary>
    public static HubOptions Options(string name) => new()
    {
        HubName = name,
        PollInterval = TimeSpan.FromMilliseconds(100),
        HeartbeatInterval = TimeSpan.FromMilliseconds(200),
        OwnerTimeout = TimeSpan.FromMilliseconds(1000),
        AnnouncementGrace = TimeSpan.FromMilliseconds(1500),
    };

    /// <summary>A process that works.</summary>
    public static async Task<TestHub> StartAsync(
        AzuriteFixture azurite, LambdaFunctions functions, string? name = null, HubOptions? options = null, TimeProvider? time = null, CountingTransport? transport = null,
        ILoggerFactory? loggers = null)
    {
        var hub = Create(azurite, functions, name, options, time, transport, loggers);
        await hub._hub.StartAsync(Cancel);
        return hub;
    }

    /// <summary>A process that is only a client until it is started.</summary>
    public static TestHub Create(
        AzuriteFixture azurite, LambdaFunctions functions, string? name = null, HubOptions? options = null, TimeProvider? time = null, CountingTransport? transport = null,
        ILoggerFactory? loggers = null)
    {
        options ??= Options(name ?? AzuriteFixture.NewPrefix());
        transport ??= new CountingTransport();
        var clientOptions = new TableClientOptions { Transport = transport };
        clientOptions.Retry.MaxRetries = 0;
        var store = new HubStore(new TableServiceClient(azurite.ConnectionString, clientOptions), options.HubName);
        return new TestHub(
            new TaskHub(options, store, functions, JsonDataConverter.Default, loggers ?? NullLoggerFactory.Instance, time ?? TimeProvider.System), transport);
    }

    /// <summary>Starts an orchestration and waits for its end.</summary>
    public async Task<OrchestrationMetadata> RunAsync(string name, object? input = null, string? instanceId = null)
    {
        var id = await Client.ScheduleNewOrchestrationInstanceAsync(name, input, new StartOrchestrationOptions(instanceId), Cancel);
        return await EndOfAsync(id);
    }

    public async Task<OrchestrationMetadata> EndOfAsync(string id)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        return await Client.WaitForInstanceCompletionAsync(id, true, limit.Token);
    }

    /// <summary>Waits until something is so.</summary>
    public static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        while (!await isSo()) await Task.Delay(20, limit.Token);
    }

    /// <summary>Dies as by kill -9: from now on nothing of it reaches storage.</summary>
    public void Kill() => Transport.Fail(_ => true, FailurePoint.BeforeSending);

    public ValueTask DisposeAsync() => _hub.DisposeAsync();
}

/// <summary>The system's clock, moved.</summary>
internal sealed class MovedTime : TimeProvider
{
    private long _ticks;

    public void Advance(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _ticks));
}
