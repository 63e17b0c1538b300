using SyncFunctions.Simulation.Core;
using SyncFunctions.Simulation.Planted;

namespace SyncFunctions.Simulation.Tests.Planted;

[Trait("Category", "PlantedBugs")]
public sealed class PlantedBugTests(ITestOutputHelper output)
{
    private const int Seeds = 60;
    private const int Operations = 60;

    public static TheoryData<string> Names => [.. PlantedBugs.All.Select(bug => bug.Name)];

    [Fact]
    public void Simulation_OfTheUntouchedSource_FindsNothing()
    {
        var results = new CoreResult[Seeds];
        Parallel.For(0, Seeds, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, seed => results[seed] = CoreRun.Run(seed, Operations));

        string.Join('\n', results.Where(result => result.Findings.Count > 0)).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Simulation_OfSourceWithABug_FindsIt(string name)
    {
        using var build = PlantedBuild.Of(PlantedBugs.All.Single(bug => bug.Name == name));
        for (var seed = 0; seed < Seeds; seed++)
        {
            if (build.Findings(seed, Operations) is not [var first, ..]) continue;
            output.WriteLine($"Seed {seed}: {first}");
            return;
        }

        Assert.Fail($"{Seeds} seeds do not notice it.");
    }
}
