using System.Collections.Immutable;

namespace SyncFunctions.Simulation.Planted;

/// <summary>A rule of the product, broken in its source.</summary>
/// <param name="Name">Which rule.</param>
/// <param name="File">Below <c>functions/</c>.</param>
/// <param name="Text">Stands there exactly once.</param>
/// <param name="Put">Takes its place.</param>
public sealed record PlantedBug(string Name, string File, string Text, string Put)
{
    public string Project => File.Split('/')[0];

    /// <summary>Seeds of the whole service of which at least one notices it; none: the core's do. It takes several instances at once, or one that dies or stands still.</summary>
    public ImmutableArray<int> ServiceSeeds { get; init; } = [];

    /// <summary>The scenario that notices it, played with a death at each effect of the app; null: seeds do.</summary>
    public string? CrashScenario { get; init; }

    /// <summary>In that scenario the app does not die, but stands still, and another instance takes over.</summary>
    public bool StandsStill { get; init; }

    public override string ToString() => Name;
}
