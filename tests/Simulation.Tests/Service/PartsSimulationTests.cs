using SyncFunctions.Simulation.Service;
using SyncFunctions.Simulation.Time;

namespace SyncFunctions.Simulation.Tests.Service;

[Collection(nameof(EveryCore))]
[Trait("Category", "Simulation")]
public sealed class PartsSimulationTests
{
    private const int Seeds = 25;
    private const int Operations = 60;

    [Fact]
    public void Parts_AtRest_AreTheSameOnBothSides()
    {
        var results = SingleThread.RunAll(1, Seeds, seed => (Seed: seed, Findings: PartsRun.Run(seed, Operations)));
        string.Join('\n', from result in results from finding in result.Findings select $"seed {result.Seed}: {finding}").ShouldBeEmpty();
    }
}
