using SyncFunctions.Simulation.CrashPoints;
using SyncFunctions.Simulation.Time;

namespace SyncFunctions.Simulation.Tests.CrashPoints;

/// <summary>The app dies before and after everything it does, and is started again: nothing is lost, nothing is there twice.</summary>
[Collection(nameof(EveryCore))]
[Trait("Category", "CrashPoints")]
public sealed class CrashPointTests(ITestOutputHelper output)
{
    public static TheoryData<string> Names => [.. CrashScenarios.All.Select(scenario => scenario.Name)];

    [Fact]
    public void Scenarios_AreManyAndDiffer()
    {
        Names.Count.ShouldBeGreaterThanOrEqualTo(20);
        CrashScenarios.All.DistinctBy(scenario => scenario.Name).Count().ShouldBe(CrashScenarios.All.Length);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Death_AtAnyEffect_LosesAndDoublesNothing(string name)
    {
        var scenario = CrashScenarios.All.Single(scenario => scenario.Name == name);
        var points = SingleThread.Run(() => CrashRun.Points(scenario));
        var findings = SingleThread.RunAll(0, points.Count, i => CrashRun.Run(scenario, points[i]));

        var broken = points.Zip(findings).Where(point => point.Second.Count > 0).ToList();
        output.WriteLine($"{name}: {points.Count} crash points, {broken.Count} broken");
        broken.Select(point => $"{point.First}:\n    {string.Join("\n    ", point.Second)}").ShouldBeEmpty();
    }

    [Theory]
    [InlineData("create on the left")]
    [InlineData("create on the right")]
    [InlineData("update from the left")]
    [InlineData("inside of a project")]
    [InlineData("sweep")]
    public void Standstill_AtAnyEffect_LosesAndDoublesNothing(string name)
    {
        var scenario = CrashScenarios.All.Single(scenario => scenario.Name == name);
        var points = SingleThread.Run(() => CrashRun.Points(scenario)).Where(point => point.After).ToList();
        var findings = SingleThread.RunAll(0, points.Count, i => CrashRun.RunStill(scenario, points[i]));

        var broken = points.Zip(findings).Where(point => point.Second.Count > 0).ToList();
        output.WriteLine($"{name}: {points.Count} moments, {broken.Count} broken");
        broken.Select(point => $"{point.First}:\n    {string.Join("\n    ", point.Second)}").ShouldBeEmpty();
    }
}
