using System.Globalization;
using System.Text;

namespace SyncFunctions.Benchmarks;

/// <summary>The command line. <see cref="Benchmark"/> is null where only the help is wanted.</summary>
internal sealed record BenchmarkArguments(Benchmark? Benchmark, IReadOnlyDictionary<string, int> Values, bool Json)
{
    public const string Minutes = "--minutes";

    private const int MostMinutes = 24 * 60;

    /// <summary>After so long the benchmark is given up.</summary>
    public TimeSpan Limit => TimeSpan.FromMinutes(Values[Minutes] + (Benchmark is { } benchmark && HasOwnMinutes(benchmark) ? benchmark.Minutes : 0));

    public static string HelpText
    {
        get
        {
            var text = new StringBuilder("dotnet run -c Release --project tests/Benchmarks -- NAME [options]\n\n");
            foreach (var benchmark in Benchmark.All)
            {
                text.Append($"  {benchmark.Name,-16} {benchmark.Description}\n");
                foreach (var option in benchmark.Options)
                    text.Append($"    {option.Name + " N",-14} {option.Description} ({option.Default})\n");
            }

            return text.Append($"""

                  {"--json",-16} the figures as one JSON object on standard output, everything else on standard error
                  {Minutes + " N",-16} give up after so many minutes ({string.Join(", ", Benchmark.All.Where(benchmark => !HasOwnMinutes(benchmark)).Select(benchmark => $"{benchmark.Name}: {benchmark.Minutes}"))})
                  {"--help",-16} this text
                """).ToString();
        }
    }

    /// <summary>False comes with one sentence that says what is wrong.</summary>
    public static bool TryParse(IReadOnlyList<string> args, out BenchmarkArguments arguments, out string problem)
    {
        arguments = new BenchmarkArguments(null, new Dictionary<string, int>(), Json: false);
        problem = "";
        if (args.Any(arg => arg is "--help" or "-h"))
            return true;
        if (args is not [var name, ..] || name.StartsWith('-'))
        {
            problem = "Name a benchmark; --help lists them.";
            return false;
        }

        if (Benchmark.All.FirstOrDefault(known => known.Name == name) is not { } benchmark)
        {
            problem = $"There is no benchmark '{name}'; --help lists them.";
            return false;
        }

        IReadOnlyList<BenchmarkOption> options =
            HasOwnMinutes(benchmark) ? benchmark.Options : [.. benchmark.Options, new BenchmarkOption(Minutes, benchmark.Minutes, 1, MostMinutes, "")];
        var values = options.ToDictionary(option => option.Name, option => option.Default);
        var json = false;
        for (var i = 1; i < args.Count && problem.Length == 0; i++)
        {
            if (args[i] == "--json")
                json = true;
            else if (options.FirstOrDefault(option => option.Name == args[i]) is not { } option)
                problem = $"{name} has no option {args[i]}; --help lists them.";
            else if (!int.TryParse(args.ElementAtOrDefault(++i), NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value < option.Least || value > option.Most)
                problem = $"{option.Name} needs a number from {option.Least} to {option.Most}.";
            else
                values[option.Name] = value;
        }

        arguments = new BenchmarkArguments(benchmark, values, json);
        return problem.Length == 0;
    }

    /// <summary>A benchmark may go on for so many minutes instead; it is then given up its own limit later.</summary>
    private static bool HasOwnMinutes(Benchmark benchmark) => benchmark.Options.Any(option => option.Name == Minutes);
}
