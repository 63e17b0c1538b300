using SyncFunctions.Engine;
using SyncFunctions.Simulation.Vendors;

namespace SyncFunctions.Simulation.CrashPoints;

/// <summary>A situation, and what happens in it while an instance of the app may die at any moment.</summary>
public sealed record CrashScenario(string Name, Action<CrashStage> Act)
{
    /// <summary>What is there, and in step, before it happens.</summary>
    public Action<CrashStage> Arrange { get; init; } = _ => { };

    /// <summary>What is there before the flow is.</summary>
    public Action<CrashStage> Before { get; init; } = _ => { };

    public FlowSettings Settings { get; init; } = FakePair.Defaults;

    /// <summary>How long the app is watched for effects to die at.</summary>
    public TimeSpan Watched { get; init; } = TimeSpan.FromMinutes(8);

    /// <summary>How long after a death everything is to be in order again.</summary>
    public TimeSpan Recovery { get; init; } = TimeSpan.FromMinutes(50);

    /// <summary>The first run is the act: nothing is live before.</summary>
    public bool BeginsLive { get; init; } = true;

    /// <summary>What must be so in the end besides what always must; null: nothing is missing.</summary>
    public Func<CrashStage, string?> Expect { get; init; } = _ => null;

    /// <summary>What may happen besides while the app is at work on the act.</summary>
    public Action<CrashStage> News { get; init; } = _ => { };

    public override string ToString() => Name;
}
