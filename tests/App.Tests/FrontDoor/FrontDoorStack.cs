[assembly: AssemblyFixture(typeof(SyncFunctions.App.Tests.FrontDoor.FrontDoorStack))]

// Front-door tests wait for another process nearly all of their time.
[assembly: CollectionBehavior(MaxParallelThreads = 8)]

namespace SyncFunctions.App.Tests.FrontDoor;

/// <summary>The stack that all front-door tests share which do not break or count anything of others; started by the first.</summary>
public sealed class FrontDoorStack : IAsyncLifetime
{
    private readonly Lazy<Task<AppStack>> _stack;
    private OtlpReceiver _telemetry = null!;

    public FrontDoorStack() => _stack = new(async () => await AppStack.StartAsync(TestContext.Current.CancellationToken, _telemetry.Settings, Contract.Check));

    /// <summary>What the app exports about all of these tests.</summary>
    internal OtlpReceiver Telemetry => _telemetry;

    public Task<AppStack> StackAsync() => _stack.Value;

    /// <summary>A tenant of the test's own that is live.</summary>
    public async Task<SyncedPractice> LiveAsync(object? settings = null) => await SyncedPractice.LiveAsync(await StackAsync(), settings);

    /// <summary>A tenant of the test's own whose flow is still off.</summary>
    public async Task<SyncedPractice> ConnectedAsync(object? settings = null) => await SyncedPractice.ConnectedAsync(await StackAsync(), settings);

    /// <summary>A tenant of the test's own with the sample projects of ConnectWise in Moovila.</summary>
    public async Task<SyncedPractice> ImportedAsync() => await SyncedPractice.ImportedAsync(await StackAsync());

    public async ValueTask InitializeAsync() => _telemetry = await OtlpReceiver.StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (_stack.IsValueCreated) await (await _stack.Value).DisposeAsync();
        await _telemetry.DisposeAsync();
    }
}
