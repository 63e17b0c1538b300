using System.Text.Json.Nodes;
using SyncFunctions.Up;

namespace SyncFunctions.Benchmarks;

/// <summary>A number that a benchmark can be given.</summary>
/// <param name="Name">With its dashes.</param>
internal sealed record BenchmarkOption(string Name, int Default, int Least, int Most, string Description);

/// <summary>What a benchmark found; it has shown it to the person at the console already.</summary>
/// <param name="IsRight">Whether what was measured also did what it should.</param>
internal sealed record BenchmarkResult(JsonObject Figures, bool IsRight);

/// <param name="Minutes">After so long it is given up; where it has minutes of its own, so long after them.</param>
/// <param name="RunAsync">Given the value of each option by its name.</param>
internal sealed record Benchmark(
    string Name,
    string Description,
    int Minutes,
    IReadOnlyList<BenchmarkOption> Options,
    Func<IReadOnlyDictionary<string, int>, Terminal, CancellationToken, Task<BenchmarkResult>> RunAsync)
{
    public static readonly IReadOnlyList<Benchmark> All = [ImportBenchmark.Benchmark, HostBenchmark.Benchmark, KillsBenchmark.Benchmark, WebhooksBenchmark.Benchmark, WalkBenchmark.Benchmark, SimulateBenchmark.Benchmark];
}
