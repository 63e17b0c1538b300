using SyncFunctions.Up;

namespace SyncFunctions.Benchmarks;

/// <summary>The command line: one benchmark, and its exit code.</summary>
internal static class BenchmarkCommand
{
    public static async Task<int> RunAsync(IReadOnlyList<string> args)
    {
        if (!BenchmarkArguments.TryParse(args, out var arguments, out var problem))
        {
            await Console.Error.WriteLineAsync(problem);
            return Foreground.WrongOptions;
        }

        if (arguments.Benchmark is not { } benchmark)
        {
            Console.WriteLine(BenchmarkArguments.HelpText);
            return Foreground.Done;
        }

        var terminal = arguments.Json ? new Terminal(Console.Error, Console.IsErrorRedirected) : Terminal.Standard();
        return await Foreground.RunAsync(terminal, cancellation => RunAsync(benchmark, arguments, terminal, cancellation));
    }

    private static async Task<int> RunAsync(Benchmark benchmark, BenchmarkArguments arguments, Terminal terminal, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(arguments.Limit);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            var result = await benchmark.RunAsync(arguments.Values, terminal, either.Token);
            if (arguments.Json)
                Console.WriteLine(result.Figures.ToJsonString());
            return result.IsRight ? Foreground.Done : Foreground.Failed;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new UpFailure($"{benchmark.Name} was given up after {arguments.Limit.TotalMinutes:0} minutes.");
        }
    }
}
