using SyncFunctions.Local;
using SyncFunctions.Up;

namespace SyncFunctions.Benchmarks;

/// <summary>The import of the setup wizard, from the front door of the app as it is deployed, with real storage and HTTP on both sides.</summary>
internal static class ImportBenchmark
{
    private const string Projects = "--projects";
    private const string Latency = "--latency";

    public static readonly Benchmark Benchmark = new(
        "import",
        "imports projects with companies, contacts and staff from Total Synergy to tiny+",
        20,
        [
            new BenchmarkOption(Projects, 2000, 1, 1_000_000, "so many projects; a quarter as many companies, half as many contacts"),
            new BenchmarkOption(Latency, 0, 0, 10_000, "milliseconds that each call to a vendor takes longer, as over the internet"),
        ],
        RunAsync);

    private static async Task<BenchmarkResult> RunAsync(IReadOnlyDictionary<string, int> options, Terminal terminal, CancellationToken cancellation)
    {
        var stack = new UpOptions
        {
            Mode = UpMode.Load,
            FreePorts = true,
            Data = Path.Combine(RepositoryRoot.Find(), "infra", "local", ".run", "benchmark"),
        };
        var data = SampleData.Create(options[Projects]);
        var latency = TimeSpan.FromMilliseconds(options[Latency]);
        var figures = await StackRun.RunAsync(
            stack, terminal, (launcher, api, until) => Load.RunAsync(data, latency, launcher, api, terminal, until), cancellation);
        figures.Print(terminal);
        return new BenchmarkResult(figures.ToJson(), figures.IsComplete);
    }
}
