using System.Security.Cryptography;
using System.Text;
using SyncFunctions.App.Sync;
using SyncFunctions.Engine;
using SyncFunctions.Simulation.Checks;
using SyncFunctions.Simulation.Vendors;
using SyncFunctions.Simulation.Workload;
using SyncFunctions.State;

namespace SyncFunctions.Simulation.Core;

/// <param name="Trace">A hash of every call and answer, where it was asked for: the same seed has the same one.</param>
/// <param name="Calls">To the systems and to storage.</param>
public sealed record CoreResult(int Seed, IReadOnlyList<Finding> Findings, string Trace, IReadOnlyList<(FaultClass Class, int Count)> Faults, long Writes, long Calls)
{
    public override string ToString() => $"seed {Seed}: {(Findings.Count == 0 ? "all promises kept" : $"\n  {string.Join("\n  ", Findings)}")}";
}

/// <summary>One run of the core from a seed: people at work and the app at work by turns, then rest, then judgement.</summary>
public static class CoreRun
{
    private const int MostRounds = 4;

    /// <param name="operations">What people do in all.</param>
    /// <param name="tell">Given every call to a vendor, for looking into a failure.</param>
    /// <param name="traced">Whether to hash them all, which takes a while.</param>
    public static CoreResult Run(int seed, int operations, Action<string>? tell = null, bool traced = false)
    {
        using var world = new CoreWorld(seed);
        using var trace = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        if (traced) world.Vendors.Network.Trace += line => trace.AppendData(Encoding.UTF8.GetBytes(line));
        if (tell is not null) world.Vendors.Network.Trace += tell;
        var findings = Judge(world, operations, tell);
        return new CoreResult(seed, findings, Convert.ToHexStringLower(trace.GetHashAndReset()), [.. world.Faults.All], world.Vendors.History.Writes, world.Vendors.Network.Calls + world.Account.Calls);
    }

    /// <summary>What is wrong after one run, in texts, which a simulation that was loaded a second time can hand over.</summary>
    public static string[] Findings(int seed, int operations) => [.. Run(seed, operations).Findings.Select(finding => finding.ToString())];

    private static IReadOnlyList<Finding> Judge(CoreWorld world, int operations, Action<string>? tell)
    {
        var random = world.Random;
        var people = new People(world.Vendors, new Random(random.Next()), new Intents { Imported = random.Next(2) == 0 }) { Deletes = random.Next(4) > 0 };

        // Where nothing is deleted and no list lies, polls alone bring everything over.
        var sweeps = people.Deletes || random.Next(4) > 0;
        if (!sweeps) world.Faults.Never = [FaultClass.ListMissingRow, FaultClass.EmptyList];

        // People here type faster than people do: what alternates is for the checker to find.
        var settings = Choices.Of(random, FakePair.Defaults with { Runaway = new Runaway(1000, TimeSpan.FromHours(1)), LockWindow = random.Next(3) == 0 ? TimeSpan.FromHours(1) : TimeSpan.Zero });
        world.Vendors.Network.DuringCall = people.EditNow;
        var faults = world.Faults.On;
        world.Faults.On = false;
        people.Begin(random.Next(8));
        world.Clock.MoveTo(world.Clock.Now.AddMinutes(10));
        world.Run(() => CoreSetup.BeginAsync(world, settings, people.Intents.Imported ? RunMode.Import : RunMode.Inventory));
        people.Intents.WentLiveAt = world.Clock.Now;
        world.Clock.MoveTo(world.Clock.Now.AddSeconds(2));
        people.Anchor();
        var sync = new CoreSync(world, world.Key);
        world.Run(sync.DeltaAsync);
        world.Faults.On = faults;

        for (var done = 0; done < operations;)
        {
            for (var batch = random.Next(1, 30); batch > 0 && done < operations; batch--, done++)
            {
                people.Act();
                world.Clock.MoveTo(world.Clock.Now + TimeSpan.FromMilliseconds(random.Next(60_000)));
            }

            world.Run(sweeps && random.Next(12) == 0 ? sync.SweepAsync : sync.DeltaAsync);
            if (random.Next(3) == 0) world.Run(sync.ConfirmAsync);
        }

        Rest(world, people, sync, settings, sweeps);
        tell?.Invoke("at rest");
        var writes = world.Vendors.History.Writes;
        if (sweeps) world.Run(sync.SweepAsync);
        world.Clock.MoveTo(world.Clock.Now.AddMinutes(3));
        world.Run(sync.DeltaAsync);
        var findings = world.Run(() => Checker.RunAsync(world.Vendors, people.Intents, settings, world.Services, world.Key, sweeps)).ToList();
        if (world.Vendors.History.Writes != writes) findings.Add(new Finding("no rest", $"Polls and a sweep after rest wrote: {string.Join("\n    ", world.Vendors.History.Events.Where(happened => happened.By == Actor.Sync).TakeLast((int)(world.Vendors.History.Writes - writes)))}"));
        return findings;
    }

    /// <summary>Nothing goes wrong any more, and time goes on until nothing is due: a second round without a write is the last.</summary>
    private static void Rest(CoreWorld world, People people, CoreSync sync, FlowSettings settings, bool sweeps)
    {
        world.Faults.On = false;
        foreach (var side in Sides.Both) world.Vendors.On(side).Account.Lags = false;
        people.SetRight();

        world.Clock.MoveTo(world.Clock.Now.AddMinutes(3));
        for (var (round, quiet) = (0, false); round < 2 || (round < MostRounds && !quiet); round++)
        {
            var writes = world.Vendors.History.Writes;
            world.Run(sync.ConfirmAsync);
            world.Run(sync.DeltaAsync);
            world.Clock.MoveTo(world.Clock.Now.AddMinutes(5));
            world.Run(sync.DeltaAsync);
            world.Clock.MoveTo(world.Clock.Now + settings.LockWindow + TimeSpan.FromMinutes(65));
            world.Run(sync.DeltaAsync);
            if (sweeps) world.Run(sync.SweepAsync);
            quiet = world.Vendors.History.Writes == writes;
        }

        world.Run(sync.ConfirmAsync);
        world.Run(sync.DeltaAsync);
        world.Clock.MoveTo(world.Clock.Now.AddMinutes(65));
        world.Run(sync.DeltaAsync);
    }
}
