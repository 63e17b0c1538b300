using SyncFunctions.Simulation.Loops;

namespace SyncFunctions.Simulation.Tests.Loops;

[Collection(nameof(EveryCore))]
[Trait("Category", "Simulation")]
public sealed class LoopSimulationTests(ITestOutputHelper output)
{
    /// <summary>Of a hundred schedules each.</summary>
    private const int Seeds = 100;

    [Fact]
    public void Schedules_OfEditsOnAllSides_NeverGoToAndFro()
    {
        var effort = new EveryCore();
        var results = new LoopResult[Seeds];
        Parallel.For(0, Seeds, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, i => results[i] = LoopRun.Run(i));
        output.WriteLine($"{Seeds * LoopRun.People} schedules: {results.Sum(result => result.Edits)} edits. {effort.Tell(Seeds, LoopRun.People, 0, results.Sum(result => result.Writes))}");

        string.Join('\n', results.Where(result => result.Findings.Count > 0)).ShouldBeEmpty();
        results.Sum(result => result.Writes).ShouldBeGreaterThan(Seeds * LoopRun.People);
    }
}
