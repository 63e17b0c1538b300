using Azure.Data.Tables;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Engine;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging.Abstractions;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Orchestrations;
using SyncFunctions.App.Sync;
using SyncFunctions.Engine;
using SyncFunctions.Simulation.Service;
using SyncFunctions.State;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.App.Tests;

/// <summary>A flow's orchestrations on the embedded engine, over tables of their own in memory: what they ask of these can be counted.</summary>
internal sealed class FlowHub : IDurableFunctions, IAsyncDisposable
{
    /// <summary>Neither polls nor heartbeats fall into a count.</summary>
    private static readonly HubOptions Quiet = new() { HubName = "runs", PollInterval = TimeSpan.FromMinutes(5), HeartbeatInterval = TimeSpan.FromMinutes(5), OwnerTimeout = TimeSpan.FromMinutes(10) };

    private readonly AppFunctions _functions = AppFunctions.Of(typeof(SyncRun).Assembly);
    private readonly FlowWorld _world;
    private readonly TaskHub _hub;
    private readonly FunctionsDurableTaskClient _client;

    private FlowHub(FlowWorld world)
    {
        _world = world;
        var store = new HubStore(new TableServiceClient(MemoryStorage.ConnectionString, new TableClientOptions { Transport = Storage, Retry = { MaxRetries = 0 } }), Quiet.HubName);
        _hub = new TaskHub(Quiet, store, this, HubJson.Instance, NullLoggerFactory.Instance, TimeProvider.System);
        _client = new FunctionsDurableTaskClient(_hub);
    }

    public CountingTransport Storage { get; } = new(new MemoryStorage());

    /// <summary>The names of its tables.</summary>
    public static IEnumerable<string> Tables => [$"{Quiet.HubName}Orchestrations", $"{Quiet.HubName}Work"];

    public FunctionsDurableTaskClient Client => _client;

    public IReadOnlySet<string> Orchestrators => _functions.Orchestrators.Keys.ToHashSet();

    public IReadOnlySet<string> Activities => _functions.Activities.Keys.ToHashSet();

    public static async Task<FlowHub> StartAsync(FlowWorld world)
    {
        var hub = new FlowHub(world);
        await hub._hub.StartAsync(TestContext.Current.CancellationToken);
        await Eventually.HoldsAsync(() => Task.FromResult(hub.Storage.ByOperation.ContainsKey("table query") ? null : "The hub has not looked for work yet."));
        return hub;
    }

    /// <summary>A run by hand, from its request to its end.</summary>
    public async Task<Run> RunAsync(RunMode mode) =>
        await EndOfAsync((await _world.Get<FlowRuns>().RequestAsync(FlowWorld.Key, mode, FlowRuns.ByHand, _client, TestContext.Current.CancellationToken)).ShouldBeOfType<RunRequestResult.Started>().Run);

    /// <summary>What the app says to a request for a run.</summary>
    public Task<Answer> AskAsync(object body) =>
        _world.AnswerAsync<SyncFlow>("", body, (sync, request) => sync.Run(request, FlowWorld.Key.Tenant.Value, FlowWorld.Key.Flow.Value, _client, TestContext.Current.CancellationToken));

    public async Task<Run> EndOfAsync(RunId started)
    {
        Run run = null!;

        // The row of the index goes last.
        await Eventually.HoldsAsync(async () =>
        {
            run = (await _world.Get<RunStore>().GetAsync(FlowWorld.Key, started, default)).ShouldNotBeNull().Value;
            return run.EndedAt is not null && Storage.ByOperation.ContainsKey("table delete") ? null : $"The run has not ended: {run}";
        });
        return run;
    }

    public Task RunTurnAsync(string orchestrator, OrchestrationTurn turn, CancellationToken cancellation)
    {
        turn.Run(() => _functions.Orchestrators[orchestrator].RunAsync(null, null, turn.Context));
        return Task.CompletedTask;
    }

    public Task<object?> RunActivityAsync(TaskActivityContext context, string? input, CancellationToken cancellation)
    {
        var activity = _functions.Activities[context.Name.Name];
        return activity.RunAsync(_world.Http.Services, _client, HubJson.Instance.Deserialize(input, activity.InputType));
    }

    public ValueTask DisposeAsync() => _hub.DisposeAsync();
}
