using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using SyncFunctions.App;
using SyncFunctions.App.Connections;
using SyncFunctions.App.Settings;
using SyncFunctions.App.Sync;
using SyncFunctions.App.Telemetry;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.Pairs;
using SyncFunctions.Simulation.Storage;
using SyncFunctions.Simulation.Time;
using SyncFunctions.Simulation.Vendors;
using SyncFunctions.State;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.Simulation.Core;

/// <summary>
/// Engine and state over storage in memory and two fake systems: one worker, one piece of work at a time, on one thread, in virtual
/// time. No functions, no queues, no orchestrations.
/// </summary>
public sealed class CoreWorld : IDisposable
{
    private static readonly SecretKeys Secrets = SecretKeys.New();
    private static readonly AppSettings Settings = AppSettings.Read(new ConfigurationBuilder().Build());

    private ServiceProvider _services;

    /// <param name="faults">Only these happen; all of them if null.</param>
    /// <param name="habits">Other systems than the usual two.</param>
    public CoreWorld(int seed, IReadOnlyList<FaultClass>? faults = null, params FakeHabits[] habits)
    {
        Random = new Random(seed);
        Clock = new SimulatedClock(new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero));
        Faults = new FaultPlan(new Random(Random.Next())) { OneIn = Random.Next(3) switch { 0 => 0, 1 => 60, _ => 15 }, Only = faults };
        Vendors = new FakeWorld(Clock, new Random(Random.Next()), Faults, conditional: false, habits);
        Vendors.Network.Gate = (_, _) =>
        {
            Clock.MoveTo(Clock.Now + TimeSpan.FromMilliseconds(20));
            return default;
        };
        Account = new MemoryStorage(Clock) { AnswersAtOnce = true };
        _services = Build();
        Key = new FlowKey(new TenantId("tenant"), new FlowId("flow"));
    }

    public Random Random { get; }

    public SimulatedClock Clock { get; }

    public FaultPlan Faults { get; }

    public FakeWorld Vendors { get; }

    public MemoryStorage Account { get; }

    public FlowKey Key { get; }

    public IServiceProvider Services => _services;

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <summary>Lets the app work until the work is done: while it waits, time goes on.</summary>
    public T Run<T>(Func<Task<T>> work)
    {
        Vendors.History.Round++;
        var task = work();
        while (!task.IsCompleted)
        {
            if (Clock.NextDue is not { } due) throw new InvalidOperationException("The work waits for something that no timer brings.");
            Clock.MoveTo(due);
        }

        return task.GetAwaiter().GetResult();
    }

    public void Run(Func<Task> work) => Run(async () =>
    {
        await work();
        return 0;
    });

    /// <summary>The worker ends, and another one begins with nothing but what is stored.</summary>
    public void Restart()
    {
        _services.Dispose();
        _services = Build();
    }

    public void Dispose()
    {
        _services.Dispose();
        Vendors.Dispose();
    }

    private ServiceProvider Build()
    {
        return new ServiceCollection()
            .AddLogging()
            .AddSingleton<TimeProvider>(Clock)
            .AddSingleton(new IdSource(Clock, new Random(Random.Next())))
            .AddState(SimulatedClients.Over(Account, Clock))
            .AddSingleton(Secrets)
            .AddSingleton(Vendors.Pipeline)
            .AddSingleton(Vendors.Connect())
            .AddSingleton(new PairCatalog(FakePair.Pair, FakePeople.Pair, FakePeople.OtherPair))
            .AddSync(new SyncMetrics())
            .AddHttpSide(Settings)
            .BuildServiceProvider();
    }
}
