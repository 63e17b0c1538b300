using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using SyncFunctions.Simulation.Checks;
using SyncFunctions.Simulation.Core;
using SyncFunctions.Simulation.Service;
using SyncFunctions.Simulation.Time;
using SyncFunctions.Simulation.Vendors;
using SyncFunctions.Up;

namespace SyncFunctions.Benchmarks;

/// <summary>Many simulated worlds, each from a seed: what goes wrong in them, how often, and in which of them a promise was broken.</summary>
internal static class SimulateBenchmark
{
    private const string Seeds = "--seeds";
    private const string Operations = "--operations";
    private const string From = "--from";
    private const string Service = "--service";

    /// <summary>After each so many it is told how far it is.</summary>
    private const int Batch = 500;

    public static readonly Benchmark Benchmark = new(
        "simulate",
        "lets two fake systems, their people and every fault loose on the sync, in virtual time, and judges what is left",
        24 * 60,
        [
            new BenchmarkOption(Seeds, 100_000, 1, int.MaxValue, "so many worlds"),
            new BenchmarkOption(Operations, 300, 1, 100_000, "so many things that people do in each"),
            new BenchmarkOption(From, 1, 0, int.MaxValue, "the first seed"),
            new BenchmarkOption(Service, 0, 0, 1, "0: engine and state, one thing after the other; 1: the whole service, several instances at once"),
        ],
        RunAsync);

    private static Task<BenchmarkResult> RunAsync(IReadOnlyDictionary<string, int> options, Terminal terminal, CancellationToken cancellation)
    {
        var (seeds, operations, from, service) = (options[Seeds], options[Operations], options[From], options[Service] == 1);
        var faults = new long[Enum.GetValues<FaultClass>().Length];
        var failed = new List<(int Seed, IReadOnlyList<Finding> Findings)>();
        var watch = Stopwatch.StartNew();
        var done = 0;
        terminal.Line($"{RuntimeInformation.OSDescription}, {Environment.ProcessorCount} processors, {RuntimeInformation.FrameworkDescription}; {(service ? "the whole service" : "engine and state")}");
        while (done < seeds && !cancellation.IsCancellationRequested)
        {
            var batch = Math.Min(Batch, seeds - done);
            foreach (var (seed, findings, hits) in SingleThread.RunAll(from + done, batch, seed => Play(seed, operations, service)))
            {
                foreach (var (fault, count) in hits) faults[(int)fault] += count;
                if (findings.Count == 0) continue;
                failed.Add((seed, findings));
                terminal.Line($"seed {seed}: {string.Join("; ", findings.Select(finding => finding.Rule).Distinct())}");
            }

            done += batch;
            terminal.Line($"{done} of {seeds} seeds, {failed.Count} failed, {done / watch.Elapsed.TotalSeconds:0.0} a second");
        }

        foreach (var fault in Enum.GetValues<FaultClass>()) terminal.Line($"  {fault,-24} {faults[(int)fault],12:N0}");
        var figures = new JsonObject
        {
            ["processors"] = Environment.ProcessorCount,
            ["level"] = service ? "service" : "core",
            ["seeds"] = done,
            ["operations"] = operations,
            ["seconds"] = Math.Round(watch.Elapsed.TotalSeconds, 1),
            ["seedsPerSecond"] = Math.Round(done / watch.Elapsed.TotalSeconds, 2),
            ["faultClasses"] = faults.Count(count => count > 0),
            ["faults"] = new JsonObject(Enum.GetValues<FaultClass>().Select(fault => KeyValuePair.Create(fault.ToString(), (JsonNode?)faults[(int)fault]))),
            ["failedSeeds"] = new JsonArray([.. failed.Select(failure => (JsonNode)failure.Seed)]),
        };
        return Task.FromResult(new BenchmarkResult(figures, failed.Count == 0));
    }

    private static (int Seed, IReadOnlyList<Finding> Findings, IReadOnlyList<(FaultClass Class, int Count)> Faults) Play(int seed, int operations, bool service)
    {
        if (service)
        {
            var whole = ServiceRun.Run(seed, operations);
            return (seed, whole.Findings, whole.Faults);
        }

        var core = CoreRun.Run(seed, operations);
        return (seed, core.Findings, core.Faults);
    }
}
