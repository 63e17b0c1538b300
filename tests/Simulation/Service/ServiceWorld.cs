using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Embedded;
using Microsoft.Extensions.DependencyInjection;
using SyncFunctions.App.Triggers;
using SyncFunctions.Engine;
using SyncFunctions.Simulation.Storage;
using SyncFunctions.Simulation.Time;
using SyncFunctions.Simulation.Vendors;
using SyncFunctions.State;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.Simulation.Service;

/// <summary>
/// The whole service on one thread in virtual time: instances of the app that share storage, queues and the task hub, and two fake
/// systems. Everything that happens, and in which order, follows from the seed.
/// </summary>
public sealed class ServiceWorld : IDisposable
{
    private static readonly AppFunctions Functions = AppFunctions.Of(typeof(PollTimer).Assembly);
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    private readonly ServiceProvider _observer;
    private readonly HttpClient _observerHttp;
    private readonly List<AppInstance> _instances = [];
    private readonly List<string> _surprises = [];
    private int _made;
    private DateTimeOffset _throttledUntil;

    public ServiceWorld(int seed, bool faults = true, bool conditional = false, params FakeHabits[] habits)
    {
        Random = new Random(seed);
        Clock = new SimulatedClock(Start);
        Faults = new FaultPlan(new Random(Random.Next())) { OneIn = faults ? Random.Next(3) switch { 0 => 0, 1 => 80, _ => 25 } : 0, On = faults };
        Vendors = new FakeWorld(Clock, new Random(Random.Next()), Faults, conditional, habits);
        Account = new MemoryStorage(Clock) { Lateness = Lateness };
        Steps = new Steps(Clock, new Random(Random.Next()), Trace);
        Hub = new SimulatedHub(Functions, Clock, new Random(Random.Next()), Trace) { TwiceOneIn = faults ? 40 : 0 };
        Steps.Offer(() => Hub.Work(AnyInstance));
        _observerHttp = new HttpClient(Vendors.Network, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };
        _observer = AppServices.Build(new Random(Random.Next()), SimulatedClients.Over(new SimulatedTransport(Account), Clock), _observerHttp, Vendors);
        Key = new FlowKey(new TenantId("tenant"), new FlowId("flow"));
    }

    public Random Random { get; }

    public SimulatedClock Clock { get; }

    public FaultPlan Faults { get; }

    public FakeWorld Vendors { get; }

    public MemoryStorage Account { get; }

    public Trace Trace { get; } = new();

    public Steps Steps { get; }

    public FlowKey Key { get; }

    /// <summary>The app's services outside of any instance: its calls are answered at once, are no effects and meet no faults.</summary>
    public IServiceProvider Observer => _observer;

    public IEnumerable<AppInstance> Alive => _instances.Where(instance => !instance.IsDead);

    /// <summary>Messages that failed too often.</summary>
    public int Poisoned { get; set; }

    /// <summary>Failures that no fault explains.</summary>
    public IReadOnlyList<string> Surprises => _surprises;

    internal SimulatedHub Hub { get; }

    /// <summary>Some instance is in the middle of something.</summary>
    internal bool IsBusy => Steps.AnyWaiting || Alive.Any(instance => instance.Running > 0);

    /// <summary>Nothing is at work that could go on with what it knew before.</summary>
    internal bool IsAtRest => !IsBusy && !Hub.AnyRunning;

    /// <summary>Starts an instance of the app, its clock wrong by so much.</summary>
    public AppInstance AddInstance(TimeSpan clockOffset = default)
    {
        var instance = new AppInstance(this, $"app{++_made}", clockOffset);
        _instances.Add(instance);
        foreach (var function in Functions.Queues) Steps.Offer(new QueueListener(this, instance, function).Work);
        foreach (var function in Functions.Timers) Schedule(instance, function);
        return instance;
    }

    /// <summary>Work on behalf of a person, on any instance.</summary>
    public void Do(string name, Func<AppInstance, Task> work)
    {
        if (AnyInstance() is { } instance) instance.Run(name, () => work(instance));
    }

    /// <summary>Outside of the service, at once.</summary>
    public T Observe<T>(Func<Task<T>> look)
    {
        var task = look();
        return task.IsCompleted ? task.GetAwaiter().GetResult() : throw new InvalidOperationException("An observer waits for nothing.");
    }

    public void Observe(Func<Task> look) => Observe(async () =>
    {
        await look();
        return 0;
    });

    /// <summary>A store of the app, to look into.</summary>
    public T Observed<T>()
        where T : notnull => _observer.GetRequiredService<T>();

    /// <summary>Lets so much time pass.</summary>
    public void RunFor(TimeSpan time) => RunUntil(Clock.Now + time);

    /// <summary>Lets things happen until then.</summary>
    public void RunUntil(DateTimeOffset until)
    {
        while (Clock.Now < until)
        {
            if (Steps.Next()) continue;
            var due = Due().Where(due => due > Clock.Now).Append(until).Min();
            Clock.MoveTo(due < until ? due : until);
        }
    }

    public void Dispose()
    {
        foreach (var instance in _instances) instance.Dispose();
        _observer.Dispose();
        _observerHttp.Dispose();
        Vendors.Dispose();
    }

    internal StorageOutcome StorageOutcomeOf(string name)
    {
        if (!Faults.On) return StorageOutcome.Answered;
        if (Clock.Now < _throttledUntil) return StorageOutcome.Busy;
        if (Faults.Strikes(FaultClass.StorageThrottled, 8000))
        {
            // Longer than the clients try again.
            _throttledUntil = Clock.Now + TimeSpan.FromMilliseconds(Faults.Random.Next(200, 3000));
            return StorageOutcome.Busy;
        }

        var lost = name.Contains("/messages", StringComparison.Ordinal) ? FaultClass.LostQueueAnswer : FaultClass.StorageLostAnswer;
        if (StorageEffect.IsWrite(name) && Faults.Strikes(lost, 150)) return StorageOutcome.AnswerLost;
        if (!Faults.Strikes(FaultClass.StorageUnavailable, 150)) return StorageOutcome.Answered;
        return Faults.Random.Next(3) switch { 0 => StorageOutcome.Busy, 1 => StorageOutcome.Failed, _ => StorageOutcome.RequestLost };
    }

    /// <summary>A message comes after those that were sent after it, or much later.</summary>
    private TimeSpan Lateness() =>
        Faults.Strikes(FaultClass.ReorderedQueueMessage, 20) ? TimeSpan.FromSeconds(Faults.Random.Next(1, 20))
        : Faults.Strikes(FaultClass.LateQueueMessage, 40) ? TimeSpan.FromSeconds(Faults.Random.Next(20, 900))
        : TimeSpan.Zero;

    /// <summary>Where a message is delivered a second time although the first delivery is at work.</summary>
    internal AppInstance? DeliversTwice() => Faults.Strikes(FaultClass.DoubledQueueMessage, 40) ? AnyInstance() : null;

    /// <summary>A failure is the app's way to say that storage or a vendor cannot be reached; these are none of those.</summary>
    internal void Failed(Exception exception)
    {
        if (exception is NullReferenceException or ArgumentException or KeyNotFoundException or InvalidCastException or IndexOutOfRangeException or FormatException or System.Text.Json.JsonException or NotSupportedException)
            _surprises.Add(exception.ToString());
    }

    /// <summary>Noted where a tool that only looks is about to change something.</summary>
    internal void LooksOnly(string effect, bool isWrite)
    {
        if (isWrite && ByHand.OnlyLooks) _surprises.Add($"A {ByHand.Tool} changes something: {effect}");
    }

    private AppInstance? AnyInstance()
    {
        var able = Alive.Where(instance => !instance.IsPaused).ToList();
        return able.Count == 0 ? null : able[Random.Next(able.Count)];
    }

    private IEnumerable<DateTimeOffset> Due()
    {
        if (Clock.NextDue is { } timer) yield return timer;
        if (Hub.NextDue is { } hub) yield return hub;
        foreach (var function in Functions.Queues)
        {
            if (Account.NextVisible(function.Queue!) is { } visible) yield return visible;
        }
    }

    private void Schedule(AppInstance instance, AppFunction function)
    {
        var expression = function.TriggerAs<TimerTriggerAttribute>()!.Schedule;
        var schedule = TimerSchedule.Parse(expression switch { "%PollSchedule%" => "0 * * * * *", "%RetentionSchedule%" => "0 17 3 * * *", "%HookSchedule%" => "0 23 * * * *", "%NoticeSchedule%" => "0 37 * * * *", _ => expression });
        var next = new DateTimeOffset(schedule.Next(Clock.Now.UtcDateTime), TimeSpan.Zero);
        Clock.CreateTimer(
            _ =>
            {
                if (instance.IsDead) return;
                Schedule(instance, function);
                // The host lets one instance do it; now and then another does it as well.
                if (!instance.IsPaused && (instance == Alive.First() || Random.Next(10) == 0))
                    instance.Run(function.Name, () => function.RunAsync(instance.Services, instance.Durable, new TimerInfo()));
            },
            null,
            next - Clock.Now,
            Timeout.InfiniteTimeSpan);
    }
}
