using SyncFunctions.Simulation.CrashPoints;
using SyncFunctions.Simulation.Time;

namespace SyncFunctions.Simulation.Tests.CrashPoints;

/// <summary>The app dies before and after everything it does, and is started again: nothing is lost, nothing is there twice.</summary>
[Collection(nameof(EveryCore))]
[Trait("Category", "CrashPoints")]
public sealed class CrashPointTests(ITestOutputHelper output)
{
    public static TheoryData<string> Names => [.. CrashScenarios.All.Select(scenario => scenario.Name)];

    public static TheoryData<string> NamesOfNews => [.. CrashScenarios.OfNews.Select(scenario => scenario.Name)];

    public static TheoryData<string> NamesAlone => [.. CrashScenarios.Alone.Select(scenario => scenario.Name)];

    [Fact]
    public void Scenarios_AreManyAndDiffer()
    {
        Names.Count.ShouldBeGreaterThanOrEqualTo(20);
        Names.Concat(NamesOfNews).Concat(NamesAlone).Distinct().Count().ShouldBe(Names.Count + NamesOfNews.Count + NamesAlone.Count);
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

    [Theory]
    [MemberData(nameof(NamesOfNews))]
    public void News_AtAnyEffect_AreNotLost(string name)
    {
        var scenario = CrashScenarios.OfNews.Single(scenario => scenario.Name == name);
        var points = SingleThread.Run(() => CrashRun.Points(scenario)).Where(point => !point.After).ToList();
        var findings = SingleThread.RunAll(0, points.Count, i => CrashRun.RunNews(scenario, points[i]));

        points.Count.ShouldBeGreaterThan(10);
        points.Zip(findings).Where(point => point.Second.Count > 0).Select(point => $"news {point.First}:\n    {string.Join("\n    ", point.Second)}").ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(NamesAlone))]
    public void Scenario_WithoutAnyMishap_IsInOrder(string name) => SingleThread.Run(() => CrashRun.Findings(name, nameof(Mishap.None))).ShouldBeEmpty();
}
