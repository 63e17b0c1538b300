using System.Diagnostics;
using SyncFunctions.Simulation.Planted;

namespace SyncFunctions.Simulation.Tests.Planted;

/// <summary>What the simulation is worth: it finds something in the source with a bug, and nothing by the same run while the bug sleeps.</summary>
[Collection(nameof(EveryCore))]
[Trait("Category", "PlantedBugs")]
public sealed class PlantedBugTests(ITestOutputHelper output)
{
    private static readonly ParallelOptions EveryCore = new() { MaxDegreeOfParallelism = Environment.ProcessorCount };

    private static readonly Lazy<PlantedBuild> Build = new(() => PlantedBuild.Of(PlantedBugs.All));

    /// <summary>All at once, by the first test that asks.</summary>
    private static readonly Lazy<Verdict[]> Verdicts = new(() =>
    {
        var verdicts = new Verdict[PlantedBugs.All.Length];
        Parallel.For(0, verdicts.Length, EveryCore, i => verdicts[i] = Judge(PlantedBugs.All[i]));
        return verdicts;
    });

    public static TheoryData<string> Names => [.. PlantedBugs.All.Select(bug => bug.Name)];

    [Fact]
    public void Bugs_AreManyAndDiffer()
    {
        PlantedBugs.All.Length.ShouldBeGreaterThanOrEqualTo(15);
        PlantedBugs.All.DistinctBy(bug => bug.Name).Count().ShouldBe(PlantedBugs.All.Length);
    }

    /// <summary>The runs that noticed a bug, once more while it sleeps: what they found was due to it.</summary>
    [Fact]
    public void Simulation_WhileEveryBugSleeps_FindsNothing()
    {
        var runs = Verdicts.Value.Select(verdict => verdict.Run).OfType<PlantedRun>().Distinct().ToList();
        var findings = new IReadOnlyList<string>[runs.Count];
        Parallel.For(0, runs.Count, EveryCore, i => findings[i] = runs[i].Play(Build.Value, null));

        runs.ShouldNotBeEmpty();
        runs.Zip(findings).Where(run => run.Second.Count > 0).Select(run => $"{run.First}: {string.Join('\n', run.Second)}").ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Simulation_OfSourceWithABug_FindsIt(string name)
    {
        var verdict = Verdicts.Value.Single(verdict => verdict.Bug == name);
        output.WriteLine($"{verdict.Run}, {verdict.Took.TotalSeconds:0.0} s, {verdict.Runs} runs: {verdict.Finding?.Split('\n')[0]}");

        verdict.Finding.ShouldNotBeNull("None of its runs notices it.");
    }

    private static Verdict Judge(PlantedBug bug)
    {
        var build = Build.Value;
        var (watch, runs) = (Stopwatch.StartNew(), 0);
        foreach (var run in bug.Runs)
        {
            runs++;
            if (run.Play(build, bug) is [var first, ..]) return new(bug.Name, run, first, watch.Elapsed, runs);
        }

        return new(bug.Name, null, null, watch.Elapsed, runs);
    }

    /// <param name="Run">The first that finds something; null where none does.</param>
    private sealed record Verdict(string Bug, PlantedRun? Run, string? Finding, TimeSpan Took, int Runs);
}
