using System.Diagnostics;
using System.Text.Json.Nodes;
using SyncFunctions.Local;
using SyncFunctions.Up;

namespace SyncFunctions.Benchmarks;

/// <summary>
/// A random walk of two users, one in each simulated vendor, over HTTP and in real time, while the vendors fail and the app is
/// killed; at the end both sides must agree, nothing may be lost without a line in the log, and nothing doubled.
/// </summary>
internal static class WalkBenchmark
{
    private const string Operations = "--operations";
    private const string Kills = "--kills";
    private const string Faults = "--faults";
    private const string Window = "--window";
    private const string Seed = "--seed";

    public static readonly Benchmark Benchmark = new(
        "walk",
        "edits both vendors at random while they fail and the app is killed, and looks for losses",
        60,
        [
            new BenchmarkOption(Operations, 500, 1, 1_000_000, "so many things are done by hand"),
            new BenchmarkOption(Kills, 3, 0, 100, "in a hundred of them the app is killed"),
            new BenchmarkOption(Faults, 10, 0, 100, "in a hundred of them a vendor begins to fail"),
            new BenchmarkOption(Window, 0, 0, 59, "seconds of the loop lock's window"),
            new BenchmarkOption(Seed, 1, 0, int.MaxValue, "what is done, and when"),
        ],
        RunAsync);

    private static async Task<BenchmarkResult> RunAsync(IReadOnlyDictionary<string, int> options, Terminal terminal, CancellationToken cancellation)
    {
        // As for a smoke test: the vendors begin with sample records, and everything is forgotten afterwards.
        var stack = new UpOptions { Mode = UpMode.Smoke, FreePorts = true, Data = Path.Combine(RepositoryRoot.Find(), "infra", "local", ".run", "walk") };
        var plan = new WalkPlan(options[Operations], options[Kills] / 100.0, options[Faults] / 100.0, TimeSpan.FromSeconds(options[Window]), options[Seed]);
        return await StackRun.RunAsync(stack, terminal, (launcher, api, until) => WalkAsync(plan, launcher, api, terminal, until), cancellation);
    }

    private static async Task<BenchmarkResult> WalkAsync(WalkPlan plan, Launcher stack, ManagementApi api, Terminal terminal, CancellationToken cancellation)
    {
        await new DemoTenant(api, terminal).ConnectAsync(stack, goLive: true, cancellation);
        using var left = new SimClient(stack.State.Vendors[Launcher.Synergy]);
        using var right = new SimClient(stack.State.Vendors[Launcher.TinyPlus]);
        var flow = new WalkedFlow(api, stack.State);
        await flow.UntilLiveAsync(cancellation);
        if (plan.Window > TimeSpan.Zero) await flow.SetWindowAsync(plan.Window, cancellation);

        var clock = Stopwatch.StartNew();
        var walk = new Walk(plan, stack, flow, left, right);
        await walk.RunAsync(cancellation);
        var walked = clock.Elapsed;
        terminal.Line($"Walked for {walked.TotalSeconds:0} s; waiting until nothing is left to do …");
        var waiting = await flow.ComeToRestAsync(cancellation);
        await walk.LearnIdsAsync(cancellation);
        var check = new WalkCheck(walk.Records, flow, left, right);
        var losses = await check.RunAsync(cancellation);

        terminal.Line($"Machine: {Machine.Read()}");
        terminal.Line($"Seed {plan.Seed}: {plan.Operations} operations on {walk.Records.Count} records, {walk.Kills} kills, {walk.Faults} times faults, in {walked.TotalSeconds:0} s; at rest {(clock.Elapsed - walked).TotalSeconds:0} s later");
        terminal.Line($"Conflicts logged: {check.Conflicts}; values compared: {check.Compared}; on the work list for good: {waiting}");
        terminal.Line($"Losses: {losses.Count}");
        foreach (var loss in losses) terminal.Line($"  {loss}");
        return new BenchmarkResult(
            new JsonObject
            {
                ["machine"] = Machine.Read().ToString(),
                ["seed"] = plan.Seed,
                ["operations"] = plan.Operations,
                ["records"] = walk.Records.Count,
                ["kills"] = walk.Kills,
                ["faults"] = walk.Faults,
                ["seconds"] = Math.Round(walked.TotalSeconds, 1),
                ["conflicts"] = check.Conflicts,
                ["compared"] = check.Compared,
                ["losses"] = losses.Count,
            },
            losses.Count == 0 && check.Compared > 0);
    }
}

/// <param name="Kills">The chance of a kill after an operation.</param>
/// <param name="Faults">The chance that a vendor begins to fail.</param>
internal sealed record WalkPlan(int Operations, double Kills, double Faults, TimeSpan Window, int Seed);
