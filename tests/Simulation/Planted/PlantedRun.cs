using SyncFunctions.Simulation.CrashPoints;

namespace SyncFunctions.Simulation.Planted;

/// <summary>One run of the simulation: of a seed of the core, of a seed of the service, or of a scenario with a mishap at each of its effects.</summary>
public sealed record PlantedRun(int? Seed = null, int? ServiceSeed = null, string? Scenario = null, Mishap Mishap = default)
{
    /// <summary>What it finds.</summary>
    /// <param name="bug">Null: all of them sleep.</param>
    public IReadOnlyList<string> Play(PlantedBuild build, PlantedBug? bug) =>
        Scenario is not null ? build.FindingsOfScenario(bug, Scenario, Mishap)
        : Seed is { } seed ? build.Findings(bug, seed, PlantedBugs.Operations)
        : build.FindingsOfService(bug, ServiceSeed!.Value, PlantedBugs.ServiceOperations);

    public override string ToString() => Scenario is not null ? $"{Scenario} ({Mishap})" : Seed is { } seed ? $"seed {seed}" : $"service seed {ServiceSeed}";
}
