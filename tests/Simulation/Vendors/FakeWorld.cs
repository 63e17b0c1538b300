using SyncFunctions.Connectors;
using SyncFunctions.Engine;

namespace SyncFunctions.Simulation.Vendors;

/// <summary>The fake systems with their people, their faults and all that happened in them.</summary>
public sealed class FakeWorld : IDisposable
{
    private readonly HttpClient _http;
    private readonly List<FakeServer> _servers = [];

    /// <param name="conditional">Writes to the left name the version that they are for.</param>
    /// <param name="habits">Other systems, whose clocks are right: the first is the left one, the second the right one.</param>
    public FakeWorld(TimeProvider time, Random random, FaultPlan faults, bool conditional = false, params FakeHabits[] habits)
    {
        Time = time;
        Faults = faults;
        foreach (var system in habits) Add(system, random);
        if (habits.Length == 0)
        {
            Add(WithWrongClock(FakePair.LeftHabits with { ConditionalWrites = conditional }, random), random);
            Add(WithWrongClock(FakePair.RightHabits, random), random);
        }

        Network = new FakeNetwork(_servers.ToDictionary(server => $"{server.Account.Habits.System}.test"), faults, time);
        _http = new HttpClient(Network) { Timeout = Timeout.InfiniteTimeSpan };
        Pipeline = new VendorPipeline(_http, time, new Random(random.Next()));
    }

    public TimeProvider Time { get; }

    public FaultPlan Faults { get; }

    public FakeHistory History { get; } = new();

    /// <summary>When an instance of the app died or began to stand still last.</summary>
    public DateTimeOffset LastOutage { get; private set; }

    /// <summary>Until when one stood still, or has done so.</summary>
    public DateTimeOffset OutageUntil { get; private set; }

    public FakeServer Left => _servers[0];

    public FakeServer Right => _servers[1];

    public FakeNetwork Network { get; }

    public VendorPipeline Pipeline { get; }

    public FakeServer On(Side side) => side == Side.Left ? Left : Right;

    public FakeServer On(string system) => _servers.Find(server => server.Account.Habits.System == system) ?? throw new ArgumentException($"There is no {system}.", nameof(system));

    /// <summary>The connectors of the systems over a pipeline: each instance of the app has its own.</summary>
    public Systems Connect(VendorPipeline? pipeline = null) => new([.. _servers.Select(server => new FakeConnector(server.Account.Habits, pipeline ?? Pipeline))]);

    /// <summary>A pipeline of its own over the same network.</summary>
    public VendorPipeline NewPipeline(TimeProvider time, Random random) => new(_http, time, random);

    public void NoteOutage(TimeSpan length)
    {
        LastOutage = Time.GetUtcNow();
        if (LastOutage + length is var until && until > OutageUntil) OutageUntil = until;
    }

    public void Dispose() => _http.Dispose();

    private void Add(FakeHabits habits, Random random) =>
        _servers.Add(new FakeServer(new FakeAccount(habits, Time, History, new Random(random.Next())), new FakeSignIn(habits, Time), Faults, Time));

    /// <summary>Up to ten minutes wrong, either way.</summary>
    private FakeHabits WithWrongClock(FakeHabits habits, Random random)
    {
        var skew = TimeSpan.FromSeconds(random.Next(-600, 601));
        if (Math.Abs(skew.TotalMinutes) > 1) Faults.Count(FaultClass.ClockSkew);
        return habits with { ClockOffset = skew };
    }
}
