using System.Diagnostics;
using SyncFunctions.Simulation.Planted;

namespace SyncFunctions.Simulation.Tests.Planted;

/// <summary>What the simulation is worth: it finds nothing in the source as it is, and something in each source with a bug, by the same seeds.</summary>
[Collection(nameof(EveryCore))]
[Trait("Category", "PlantedBugs")]
public sealed class PlantedBugTests(ITestOutputHelper output)
{
    private static readonly ParallelOptions EveryCore = new() { MaxDegreeOfParallelism = Environment.ProcessorCount };

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

    [Fact]
    public void Simulation_OfTheUntouchedSource_FindsNothing()
    {
        using var build = PlantedBuild.Untouched(PlantedBugs.All.Select(bug => bug.Project).Distinct());
        var runs = PlantedBugs.All.SelectMany(bug => RunsOf(build, bug)).DistinctBy(run => run.Where).ToList();
        var findings = new IReadOnlyList<string>[runs.Count];
        Parallel.For(0, runs.Count, EveryCore, i => findings[i] = runs[i].Run());

        runs.Zip(findings).Where(run => run.Second.Count > 0).Select(run => $"{run.First.Where}: {string.Join('\n', run.Second)}").ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Simulation_OfSourceWithABug_FindsIt(string name)
    {
        var verdict = Verdicts.Value.Single(verdict => verdict.Bug == name);
        output.WriteLine(verdict.Finding ?? "");

        verdict.Wrong.ShouldBeNull();
        verdict.Finding.ShouldNotBeNull("None of its seeds notices it.");
    }

    private static Verdict Judge(PlantedBug bug)
    {
        var watch = Stopwatch.StartNew();
        try
        {
            using var build = PlantedBuild.Of(bug);
            foreach (var (where, run) in RunsOf(build, bug))
            {
                if (run() is [var first, ..]) return new(bug.Name, $"{where}, after {watch.Elapsed.TotalSeconds:0.0} s: {first.Split('\n')[0]}", null);
            }

            return new(bug.Name, null, null);
        }
        catch (InvalidOperationException failure)
        {
            return new(bug.Name, null, failure.Message);
        }
    }

    private static IEnumerable<(string Where, Func<IReadOnlyList<string>> Run)> RunsOf(PlantedBuild build, PlantedBug bug)
    {
        if (bug.CrashScenario is { } scenario) return [($"{scenario}{(bug.StandsStill ? ", standing still" : "")}", () => build.FindingsOfDeaths(scenario, bug.StandsStill))];
        return bug.ServiceSeeds.IsEmpty
            ? PlantedBugs.Seeds.Select(seed => ($"Seed {seed}", (Func<IReadOnlyList<string>>)(() => build.Findings(seed, PlantedBugs.Operations))))
            : bug.ServiceSeeds.Select(seed => ($"Service seed {seed}", (Func<IReadOnlyList<string>>)(() => build.FindingsOfService(seed, PlantedBugs.ServiceOperations))));
    }

    /// <param name="Finding">The first thing that is found; null where nothing is.</param>
    /// <param name="Wrong">The bug could not be planted.</param>
    private sealed record Verdict(string Bug, string? Finding, string? Wrong);
}
