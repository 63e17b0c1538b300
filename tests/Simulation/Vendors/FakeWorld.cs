using SyncFunctions.Connectors;
using SyncFunctions.Engine;

namespace SyncFunctions.Simulation.Vendors;

/// <summary>Both fake systems with their people, their faults and all that happened in them.</summary>
public sealed class FakeWorld : IDisposable
{
    private readonly HttpClient _http;

    /// <param name="conditional">Writes to the left name the version that they are for.</param>
    public FakeWorld(TimeProvider time, Random random, FaultPlan faults, bool conditional = false)
    {
        Time = time;
        Faults = faults;
        Left = Server(FakePair.LeftHabits with { ConditionalWrites = conditional }, random);
        Right = Server(FakePair.RightHabits, random);
        Network = new FakeNetwork(new Dictionary<string, FakeServer> { [$"{FakePair.Left}.test"] = Left, [$"{FakePair.Right}.test"] = Right }, faults, time);
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

    public FakeServer Left { get; }

    public FakeServer Right { get; }

    public FakeNetwork Network { get; }

    public VendorPipeline Pipeline { get; }

    public FakeServer On(Side side) => side == Side.Left ? Left : Right;

    /// <summary>The connectors of both systems over a pipeline: each instance of the app has its own.</summary>
    public Systems Connect(VendorPipeline? pipeline = null) =>
        new(new FakeConnector(Left.Account.Habits, pipeline ?? Pipeline), new FakeConnector(Right.Account.Habits, pipeline ?? Pipeline));

    /// <summary>A pipeline of its own over the same network.</summary>
    public VendorPipeline NewPipeline(TimeProvider time, Random random) => new(_http, time, random);

    public void NoteOutage(TimeSpan length)
    {
        LastOutage = Time.GetUtcNow();
        if (LastOutage + length is var until && until > OutageUntil) OutageUntil = until;
    }

    public void Dispose() => _http.Dispose();

    private FakeServer Server(FakeHabits habits, Random random)
    {
        // Up to ten minutes wrong, either way.
        var skew = Skew(random);
        var mine = habits with { ClockOffset = skew };
        if (Math.Abs(skew.TotalMinutes) > 1) Faults.Count(FaultClass.ClockSkew);
        return new FakeServer(new FakeAccount(mine, Time, History, new Random(random.Next())), new FakeSignIn(mine, Time), Faults, Time);

        static TimeSpan Skew(Random random) => TimeSpan.FromSeconds(random.Next(-600, 601));
    }
}
