using System.Diagnostics;
using System.Text.Json.Nodes;
using SyncFunctions.Local;
using SyncFunctions.Tests.Support;
using SyncFunctions.Up;

namespace SyncFunctions.Benchmarks;

/// <summary>
/// Kills a real process of the host at random moments, again and again, while orchestrations and queue messages flow; at the end every
/// orchestration must have the right result and every message must have been handled.
/// </summary>
internal static class KillsBenchmark
{
    private const string Minutes = BenchmarkArguments.Minutes;
    private const string Seed = "--seed";

    public static readonly Benchmark Benchmark = new(
        "kills",
        "kills the host at random while orchestrations and messages flow, and looks for losses",
        8,
        [
            new BenchmarkOption(Minutes, 2, 1, 120, "goes on for so many minutes, and a few more until all has ended"),
            new BenchmarkOption(Seed, 1, 0, int.MaxValue, "when to kill"),
        ],
        RunAsync);

    private static async Task<BenchmarkResult> RunAsync(IReadOnlyDictionary<string, int> options, Terminal terminal, CancellationToken cancellation)
    {
        var journal = Directory.CreateTempSubdirectory("kills-").FullName;
        await using var storage = await Azurite.StartAsync(new AzuriteOptions(), cancellation);
        await using var app = new KilledApp(storage.ConnectionString, journal, new Random(options[Seed]));
        var clock = Stopwatch.StartNew();
        await app.StartAsync(cancellation);
        var flow = new KillsFlow(app, storage.ConnectionString);
        await Task.WhenAll(
            app.KillUntilAsync(() => clock.Elapsed.TotalMinutes >= options[Minutes], cancellation),
            flow.SendUntilAsync(() => clock.Elapsed.TotalMinutes >= options[Minutes], cancellation));
        var sent = clock.Elapsed;
        var found = await flow.CheckAsync(cancellation);

        terminal.Line($"Machine: {Machine.Read()}");
        terminal.Line($"Seed {options[Seed]}: {app.Kills} kills in {sent.TotalMinutes:0.0} minutes; all had ended {(clock.Elapsed - sent).TotalSeconds:0} s later");
        terminal.Line($"Orchestrations: {found.Orchestrations} ({flow.Chains} started over HTTP, {flow.Mixes} by messages), {found.Activities} activities");
        terminal.Line($"Messages: {found.Messages}");
        terminal.Line($"Duplicates: {found.MessagesTwice} messages and {found.ActivitiesTwice} activities were run more than once");
        terminal.Line($"Losses: {found.Losses.Count}");
        foreach (var loss in found.Losses) terminal.Line($"  {loss}");
        if (found.Losses.Count == 0) Directory.Delete(journal, recursive: true);
        else terminal.Line($"The journal of the processes is in {journal}.");
        return new BenchmarkResult(
            new JsonObject
            {
                ["machine"] = Machine.Read().ToString(),
                ["seed"] = options[Seed],
                ["minutes"] = Math.Round(sent.TotalMinutes, 2),
                ["kills"] = app.Kills,
                ["orchestrations"] = found.Orchestrations,
                ["activities"] = found.Activities,
                ["messages"] = found.Messages,
                ["messagesTwice"] = found.MessagesTwice,
                ["activitiesTwice"] = found.ActivitiesTwice,
                ["losses"] = found.Losses.Count,
            },
            found.Losses.Count == 0 && app.Kills > 0);
    }
}
