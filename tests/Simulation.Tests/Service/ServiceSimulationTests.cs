using SyncFunctions.Simulation.Service;
using SyncFunctions.Simulation.Time;
using SyncFunctions.Simulation.Vendors;

namespace SyncFunctions.Simulation.Tests.Service;

[Collection(nameof(EveryCore))]
[Trait("Category", "Simulation")]
public sealed class ServiceSimulationTests(ITestOutputHelper output)
{
    /// <summary>From 1 on: more than a second of CPU each. More are played by the benchmark <c>simulate --service 1</c>.</summary>
    private const int Seeds = 60;

    /// <summary>What people do in each.</summary>
    private const int Operations = 300;

    [Fact]
    public void Service_AtRest_HasKeptItsPromises()
    {
        var effort = new EveryCore();
        var results = SingleThread.RunAll(1, Seeds, seed => ServiceRun.Run(seed, Operations));

        output.WriteLine(effort.Tell(Seeds, Operations, results.Sum(result => result.Calls), results.Sum(result => result.Writes)));
        foreach (var fault in Enum.GetValues<FaultClass>())
        {
            if (results.Sum(result => result.Faults.First(hit => hit.Class == fault).Count) is var hits and > 0) output.WriteLine($"{fault}: {hits}");
        }

        string.Join('\n', results.Where(result => result.Findings.Count > 0)).ShouldBeEmpty();
    }
}
