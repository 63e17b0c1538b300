using SyncFunctions.Simulation.Core;
using SyncFunctions.Simulation.Vendors;

namespace SyncFunctions.Simulation.Tests.Core;

[Collection(nameof(EveryCore))]
[Trait("Category", "Simulation")]
public sealed class CoreSimulationTests(ITestOutputHelper output)
{
    /// <summary>From 0 on: about a quarter of a second of CPU each, once the code is warm. More are played by the benchmark <c>simulate</c>.</summary>
    private const int Seeds = 300;
    private const int Operations = 300;

    [Fact]
    public void Core_AtRest_HasKeptItsPromises()
    {
        var effort = new EveryCore();
        var results = new CoreResult[Seeds];
        Parallel.For(0, Seeds, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, i => results[i] = CoreRun.Run(i, Operations));
        output.WriteLine(effort.Tell(Seeds, Operations, results.Sum(result => result.Calls), results.Sum(result => result.Writes)));
        foreach (var fault in Enum.GetValues<FaultClass>())
        {
            if (results.Sum(result => result.Faults.First(hit => hit.Class == fault).Count) is var hits and > 0) output.WriteLine($"{fault}: {hits}");
        }

        string.Join('\n', results.Where(result => result.Findings.Count > 0)).ShouldBeEmpty();
        Enum.GetValues<FaultClass>().Count(fault => results.Any(result => result.Faults.First(hit => hit.Class == fault).Count > 0)).ShouldBeGreaterThanOrEqualTo(20);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(23)]
    public void Core_SameSeed_HasTheSameTrace(int seed)
    {
        var first = CoreRun.Run(seed, 60, traced: true);

        CoreRun.Run(seed, 60, traced: true).Trace.ShouldBe(first.Trace);
        CoreRun.Run(seed + 1, 60, traced: true).Trace.ShouldNotBe(first.Trace);
    }
}
