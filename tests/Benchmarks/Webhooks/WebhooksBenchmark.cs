using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json.Nodes;
using SyncFunctions.Local;
using SyncFunctions.Up;

namespace SyncFunctions.Benchmarks;

/// <summary>
/// Changes that simulated vendors tell of by webhook, at the front door of the app as it is deployed: what one of them costs when all is
/// quiet, and how so many a second are answered while all that follows from them is done on the same machine.
/// </summary>
internal static class WebhooksBenchmark
{
    private const string Rate = "--rate";
    private const string Seconds = "--seconds";
    private const string Tickets = "--tickets";

    private const int Singles = 10;
    private const int Burst = 40;
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestDrain = TimeSpan.FromMinutes(10);

    public static readonly Benchmark Benchmark = new(
        "webhooks",
        "edits tickets of ConnectWise, which tells of each by webhook: answer times, losses, and what a change costs",
        30,
        [
            new BenchmarkOption(Rate, 200, 1, 2_000, "so many edits, and webhooks, a second"),
            new BenchmarkOption(Seconds, 60, 1, 3_600, "for so long"),
            new BenchmarkOption(Tickets, 400, Burst, 100_000, "so many tickets, edited in turn"),
        ],
        RunAsync);

    private static Task<BenchmarkResult> RunAsync(IReadOnlyDictionary<string, int> options, Terminal terminal, CancellationToken cancellation)
    {
        // As for a smoke test: the vendors begin with sample records, and everything is forgotten afterwards.
        var stack = new UpOptions { Mode = UpMode.Smoke, FreePorts = true, Data = Path.Combine(RepositoryRoot.Find(), "infra", "local", ".run", "webhooks") };
        return StackRun.RunAsync(stack, terminal, (launcher, api, until) => MeasureAsync(options, launcher, api, terminal, until), cancellation);
    }

    private static async Task<BenchmarkResult> MeasureAsync(IReadOnlyDictionary<string, int> options, Launcher stack, ManagementApi api, Terminal terminal, CancellationToken cancellation)
    {
        using var tickets = await ToldTickets.MakeAsync(options[Tickets], stack, api, terminal, cancellation);
        terminal.Line("Measuring what a change costs …");
        await OneByOneAsync(tickets, cancellation);
        await Task.Delay(IdleTime, cancellation);
        var meter = await CostMeter.BeginAsync(stack.Azurite, tickets, IdleTime, cancellation);
        var alone = await meter.MeasureAsync(Singles, isEchoTold: false, () => OneByOneAsync(tickets, cancellation), cancellation);
        var withEcho = await meter.MeasureAsync(Singles, isEchoTold: true, () => OneByOneAsync(tickets, cancellation), cancellation);
        var burst = await meter.MeasureAsync(Burst, isEchoTold: false, () => Task.WhenAll(Enumerable.Range(0, Burst).Select(number => tickets.EditAndWaitAsync(number, cancellation))), cancellation);

        terminal.Line($"Editing {options[Rate]} times a second for {options[Seconds]} s …");
        var load = await WebhookLoad.RunAsync(tickets, options[Rate], TimeSpan.FromSeconds(options[Seconds]), LongestDrain, stack, cancellation);
        var figures = new WebhookFigures(Machine.Read(), load, alone, burst, withEcho - alone);
        figures.Print(terminal);
        return new BenchmarkResult(figures.ToJson(), load.Different == 0);
    }

    private static async Task OneByOneAsync(ToldTickets tickets, CancellationToken cancellation)
    {
        for (var number = 0; number < Singles; number++)
        {
            await tickets.EditAndWaitAsync(number, cancellation);

            // What follows from one is not to be done with the next.
            await Task.Delay(TimeSpan.FromSeconds(1), cancellation);
        }
    }
}
