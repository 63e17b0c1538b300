using SyncFunctions.App.Sync;
using SyncFunctions.Simulation.Checks;
using SyncFunctions.Simulation.Service;
using SyncFunctions.Simulation.Storage;

namespace SyncFunctions.Simulation.CrashPoints;

/// <summary>What happens to the app at a moment.</summary>
public enum Mishap
{
    /// <summary>Nothing: the scenario itself is enough.</summary>
    None,

    /// <summary>It dies, and is started again.</summary>
    Death,

    /// <summary>It stands still, while another instance takes over, and goes on without knowing.</summary>
    Standstill,

    /// <summary>What it is at work on changes once more.</summary>
    News,
}

/// <param name="Number">Of the effect, counted from the beginning of the world.</param>
/// <param name="After">The effect is done, and nobody hears of it.</param>
public sealed record CrashPoint(int Number, string Effect, bool After)
{
    public override string ToString() => $"death {(After ? "after" : "before")} effect {Number}, {Effect}";
}

/// <summary>
/// Plays a scenario once and notes every effect; then again for each of them, where the app dies right before or right after it, and is
/// started anew.
/// </summary>
public static class CrashRun
{
    private const int Seed = 7;
    private static readonly TimeSpan Restart = TimeSpan.FromSeconds(20);

    /// <summary>A poll, and what it brings, have their time.</summary>
    private static readonly TimeSpan BetweenPolls = TimeSpan.FromMinutes(6);

    /// <summary>Longer than any intent and any guard.</summary>
    private static readonly TimeSpan StandStill = TimeSpan.FromMinutes(20);

    /// <summary>The moments at which the app can die in a scenario.</summary>
    /// <exception cref="InvalidOperationException">The scenario goes wrong by itself.</exception>
    public static IReadOnlyList<CrashPoint> Points(CrashScenario scenario)
    {
        var points = new List<CrashPoint>();
        var findings = Play(scenario, (_, step) =>
        {
            if (!IsEffect(step.Name)) return;
            points.Add(new CrashPoint(step.Number, step.Name, After: false));
            points.Add(new CrashPoint(step.Number, step.Name, After: true));
        });
        return findings.Count == 0 ? points : throw new InvalidOperationException($"{scenario} without any death: {string.Join("\n  ", findings)}");
    }

    /// <summary>What is not in order after the app died there and was started again.</summary>
    /// <param name="tell">Given every line of the trace.</param>
    public static IReadOnlyList<Finding> Run(CrashScenario scenario, CrashPoint point, Action<string>? tell = null)
    {
        var died = false;
        var findings = Play(
            scenario,
            (_, step) =>
            {
                if (step.Number != point.Number) return;
                died = true;
                if (step.Name != point.Effect) throw new InvalidOperationException($"{scenario} does not repeat: effect {step.Number} was {point.Effect}, and is {step.Name}.");
                if (point.After) step.KillsAfter = true;
                else step.Instance.Kill();
            },
            tell);
        return died ? findings : throw new InvalidOperationException($"{scenario} does not repeat: it never came to {point}.");
    }

    /// <summary>What is not in order after the app stood still there, while another instance of it took over, and went on without knowing.</summary>
    public static IReadOnlyList<Finding> RunStill(CrashScenario scenario, CrashPoint point, Action<string>? tell = null) => Play(
        scenario,
        (stage, step) =>
        {
            if (step.Number != point.Number) return;
            step.Instance.Pause(StandStill);
            stage.World.AddInstance();
        },
        tell);

    /// <summary>What is not in order after there was news right before the effect.</summary>
    public static IReadOnlyList<Finding> RunNews(CrashScenario scenario, CrashPoint point, Action<string>? tell = null) => Play(
        scenario,
        (stage, step) =>
        {
            if (step.Number == point.Number) scenario.News(stage);
        },
        tell);

    /// <summary>What the first mishap leaves that leaves anything wrong, in texts, which a simulation that was loaded a second time can hand over.</summary>
    public static string[] Findings(string scenario, string mishap)
    {
        var played = CrashScenarios.All.Concat(CrashScenarios.OfNews).Concat(CrashScenarios.Alone).Single(found => found.Name == scenario);
        return Findings(played, Enum.Parse<Mishap>(mishap)).FirstOrDefault(found => found.Length > 0) ?? [];
    }

    private static IEnumerable<string[]> Findings(CrashScenario scenario, Mishap mishap) => mishap == Mishap.None
        ? [[.. Play(scenario, (_, _) => { }).Select(finding => finding.ToString())]]
        : from point in Points(scenario)
          where mishap == Mishap.Death || point.After == (mishap == Mishap.Standstill)
          let findings = mishap switch { Mishap.Death => Run(scenario, point), Mishap.Standstill => RunStill(scenario, point), _ => RunNews(scenario, point) }
          select findings.Select(finding => $"{mishap} {(point.After ? "after" : "before")} effect {point.Number}, {point.Effect}: {finding}").ToArray();


    /// <summary>Reads change nothing: to die at one is to die after the effect before it.</summary>
    private static bool IsEffect(string name) => StorageEffect.IsWrite(name) && !name.StartsWith("look at ", StringComparison.Ordinal);

    private static List<Finding> Play(CrashScenario scenario, Action<CrashStage, Step> watch, Action<string>? tell = null)
    {
        using var world = new ServiceWorld(Seed, faults: false);
        world.Trace.Listener = tell;
        var stage = new CrashStage(world);
        scenario.Before(stage);
        world.Clock.MoveTo(world.Clock.Now.AddMinutes(10));
        world.Observe(() => ServiceSetup.BeginAsync(world, scenario.Settings));
        world.AddInstance();
        if (scenario.BeginsLive)
        {
            GoLive(stage);
            scenario.Arrange(stage);
            world.RunFor(TimeSpan.FromMinutes(12));
        }

        world.Steps.Before = step => watch(stage, step);
        scenario.Act(stage);
        world.RunFor(scenario.Watched);
        world.Steps.Before = null;

        if (!world.Alive.Any())
        {
            world.RunFor(Restart);
            world.AddInstance();
            stage.AskAgain();
        }

        GoLive(stage);
        Recover(scenario, stage);

        // What a sweep would bring over in the end was lost until then.
        var late = scenario.Expect(stage);
        Sweep(world);
        var findings = Judge(scenario, stage);
        if (late is not null) findings.Add(new Finding("not done without a sweep", late));
        return findings;
    }

    private static void GoLive(CrashStage stage)
    {
        for (var minutes = 0; stage.Intents.WentLiveAt is null && minutes < 120; minutes++)
        {
            stage.World.RunFor(TimeSpan.FromMinutes(1));
            stage.Intents.WentLiveAt = stage.World.Observe(() => ServiceSetup.WentLiveAtAsync(stage.World));
        }
    }

    /// <summary>Until everything is done, and at most as long as the scenario allows.</summary>
    private static void Recover(CrashScenario scenario, CrashStage stage)
    {
        var until = stage.World.Clock.Now + scenario.Recovery;
        do
        {
            stage.World.RunFor(BetweenPolls);
        }
        while (stage.World.Clock.Now < until && !IsDone());

        bool IsDone() => !stage.World.IsBusy && !stage.World.Hub.AnyRunning && stage.World.Alive.All(app => !app.IsPaused) && scenario.Expect(stage) is null && !stage.AnythingIsOpen();
    }

    private static void Sweep(ServiceWorld world)
    {
        world.Do("sweep", app => app.Get<FlowRuns>().RequestAsync(world.Key, RunMode.Comprehensive, "simulation", app.Durable, CancellationToken.None));
        for (var minutes = 0; minutes < 2 || (minutes < 20 && world.Hub.AnyRunning); minutes++) world.RunFor(TimeSpan.FromMinutes(1));
        world.RunFor(BetweenPolls);
    }

    private static List<Finding> Judge(CrashScenario scenario, CrashStage stage)
    {
        var world = stage.World;
        var writes = world.Vendors.History.Writes;
        Sweep(world);
        var findings = world.Observe(() => Checker.RunAsync(world.Vendors, stage.Intents, scenario.Settings, world.Observer, world.Key)).ToList();
        if (stage.Intents.WentLiveAt is null) findings.Add(new Finding("not live", "The flow never went live."));
        if (world.Vendors.History.Writes != writes) findings.Add(new Finding("no rest", $"A sweep after rest wrote {world.Vendors.History.Writes - writes} times."));
        if (world.Hub.AnyRunning) findings.Add(new Finding("no end", "An orchestration has not ended."));
        if (scenario.Expect(stage) is { } missing) findings.Add(new Finding("not done", missing));
        findings.AddRange(world.Surprises.Select(surprise => new Finding("surprise", surprise)));
        return findings;
    }
}
