using System.Collections.Immutable;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using SyncFunctions.Simulation.Storage;
using SyncFunctions.Simulation.Vendors;
using SyncFunctions.State;

namespace SyncFunctions.Simulation.Service;

/// <summary>
/// One instance of the app: its own services, clients and clock over what all share. Killed, it stops in the middle of whatever it
/// does; paused, it stands still as if its machine did, and goes on later without knowing.
/// </summary>
public sealed class AppInstance : IDisposable
{
    private readonly ServiceWorld _world;
    private readonly ServiceProvider _services;
    private readonly HttpClient _http;
    private readonly List<Action> _onResume = [];

    internal AppInstance(ServiceWorld world, string name, TimeSpan clockOffset)
    {
        _world = world;
        Name = name;
        Clock = new InstanceClock(this, world.Clock, clockOffset);
        _http = new HttpClient(new InstanceNetwork(this, world.Steps, world.Vendors.Network)) { Timeout = Timeout.InfiniteTimeSpan };
        Clients = SimulatedClients.Over(new SimulatedTransport(world.Account, StorageTurnAsync), Clock);
        _services = AppServices.Build(new Random(world.Random.Next()), Clients, _http, world.Vendors);
        Durable = new SimulatedDurableClient(this, world.Hub, Clock);
    }

    public string Name { get; }

    public TimeProvider Clock { get; }

    public IServiceProvider Services => _services;

    public DurableTaskClient Durable { get; }

    public Steps Steps => _world.Steps;

    /// <summary>Pieces of work that have begun and not ended.</summary>
    public int Running { get; private set; }

    public bool IsDead { get; private set; }

    public bool IsPaused => PausedUntil > _world.Clock.Now;

    internal StateClients Clients { get; }

    internal DateTimeOffset PausedUntil { get; private set; }

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <summary>Begins a piece of work; what it throws is noted.</summary>
    public void Run(string name, Func<Task> work)
    {
        _world.Trace.Add($"{_world.Clock.Now:dd HH:mm:ss.fff} {Name} begins {name}");
        Running++;
        _ = RunAsync();

        async Task RunAsync()
        {
            try
            {
                await work();
            }
            catch (Exception exception)
            {
                _world.Trace.Add($"{_world.Clock.Now:dd HH:mm:ss.fff} {Name} {name} failed: {exception.GetType().Name} {exception.Message.Split('\n')[0]}");
                Failed(exception);
            }

            Running--;
        }
    }

    public void Kill()
    {
        if (IsDead) return;
        IsDead = true;
        Running = 0;
        _world.Vendors.NoteOutage(TimeSpan.Zero);
        _world.Trace.Add($"{_world.Clock.Now:dd HH:mm:ss.fff} {Name} dies");
        Steps.Forget(this);
        _world.Hub.Lost(this);
    }

    public void Pause(TimeSpan time)
    {
        PausedUntil = _world.Clock.Now + time;
        _world.Vendors.NoteOutage(time);
        _world.Trace.Add($"{_world.Clock.Now:dd HH:mm:ss.fff} {Name} stands still for {time}");
        _world.Clock.CreateTimer(
            _ =>
            {
                if (IsDead || IsPaused) return;
                var waiting = _onResume.ToImmutableArray();
                _onResume.Clear();
                foreach (var action in waiting) action();
            },
            null,
            time,
            Timeout.InfiniteTimeSpan);
    }

    public void Dispose()
    {
        _services.Dispose();
        _http.Dispose();
    }

    internal void OnResume(Action action) => _onResume.Add(action);

    internal void Failed(Exception exception) => _world.Failed(exception);

    private async ValueTask<StorageTurn> StorageTurnAsync(string name)
    {
        _world.LooksOnly(name, StorageEffect.IsWrite(name) && (name.StartsWith("BATCH", StringComparison.Ordinal) || name.Contains("links", StringComparison.Ordinal)));
        var step = await Steps.TakeAsync(this, name);
        var outcome = _world.StorageOutcomeOf(name);
        return new StorageTurn(outcome, step.DoneAsync);
    }
}
