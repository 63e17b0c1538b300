using System.Collections.Immutable;
using SyncFunctions.Simulation.CrashPoints;

namespace SyncFunctions.Simulation.Planted;

/// <summary>A rule of the product, broken in its source.</summary>
/// <param name="Name">Which rule.</param>
/// <param name="File">Below <c>functions/</c>.</param>
/// <param name="Text">Stands there exactly once, in a method.</param>
/// <param name="Put">Takes its place.</param>
public sealed record PlantedBug(string Name, string File, string Text, string Put)
{
    public string Project => File.Split('/')[0];

    /// <summary>Seeds of the core that are known to notice it: played before the others. Where the people in the simulation do other things some day, others may have to.</summary>
    public ImmutableArray<int> Seeds { get; init; } = [];

    /// <summary>Seeds of the whole service that are known to notice it; none: the core's do. It takes several instances at once, or one that dies or stands still.</summary>
    public ImmutableArray<int> ServiceSeeds { get; init; } = [];

    /// <summary>The scenario that notices it, played with a mishap at each effect of the app; null: seeds do.</summary>
    public string? Scenario { get; init; }

    public Mishap Mishap { get; init; }

    /// <summary>What may notice it, the most likely first.</summary>
    public IEnumerable<PlantedRun> Runs =>
        Scenario is not null ? [new(Scenario: Scenario, Mishap: Mishap)]
        : ServiceSeeds.IsEmpty ? Seeds.Union(PlantedBugs.Seeds).Select(seed => new PlantedRun(Seed: seed))
        : ServiceSeeds.Union(PlantedBugs.SeedsOfService).Select(seed => new PlantedRun(ServiceSeed: seed));

    public override string ToString() => Name;
}
