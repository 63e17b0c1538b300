using SyncFunctions.App.Sync;
using SyncFunctions.Engine;
using SyncFunctions.Simulation.Checks;
using SyncFunctions.Simulation.Vendors;
using SyncFunctions.Simulation.Workload;
using SyncFunctions.State;

namespace SyncFunctions.Simulation.Service;

/// <param name="Trace">A hash of everything that happened: the same seed has the same one.</param>
/// <param name="Last">The end of the trace.</param>
/// <param name="Calls">To the systems and to storage.</param>
public sealed record ServiceResult(
    int Seed, int Operations, IReadOnlyList<Finding> Findings, string Trace, IReadOnlyList<string> Last, IReadOnlyList<(FaultClass Class, int Count)> Faults, int Effects, long Writes, long Calls)
{
    public override string ToString() => $"seed {Seed}, {Operations} operations: {(Findings.Count == 0 ? "all promises kept" : $"\n  {string.Join("\n  ", Findings)}")}";
}

/// <summary>One run of the whole service from a seed: people at work while two or three instances of the app are, then rest, then judgement.</summary>
public static class ServiceRun
{
    private const int KeptLines = 200;
    private const int MostRounds = 4;

    /// <param name="operations">What people do in all.</param>
    /// <param name="tell">Given every line of the trace.</param>
    public static ServiceResult Run(int seed, int operations, Action<string>? tell = null)
    {
        using var world = new ServiceWorld(seed);
        world.Trace.Listener = tell;
        var findings = new Play(world, operations).Run();
        return new ServiceResult(seed, operations, findings, world.Trace.Hash, [.. world.Trace.Last(KeptLines)], [.. world.Faults.All], world.Steps.Count, world.Vendors.History.Writes, world.Vendors.Network.Calls + world.Account.Calls);
    }

    /// <summary>What is wrong after one run, in texts, which a simulation that was loaded a second time can hand over.</summary>
    public static string[] Findings(int seed, int operations) => [.. Run(seed, operations).Findings.Select(finding => finding.ToString())];

    /// <summary>The fewest operations after which the seed still fails.</summary>
    public static ServiceResult Shortest(ServiceResult failed)
    {
        for (var operations = Math.Min(failed.Operations, 8); operations < failed.Operations; operations *= 2)
        {
            var shorter = Run(failed.Seed, operations);
            if (shorter.Findings.Count > 0) return shorter;
        }

        return failed;
    }

    private sealed class Play
    {
        private readonly ServiceWorld _world;
        private readonly int _operations;
        private readonly Random _random;
        private readonly People _people;
        private readonly FlowSettings _settings;
        private readonly Administrator _administrator;

        /// <summary>The systems tell of changes by webhook, too.</summary>
        private readonly bool _tells;

        /// <summary>Where nothing is deleted and no list lies, polls alone bring everything over.</summary>
        private readonly bool _sweeps;

        public Play(ServiceWorld world, int operations)
        {
            _world = world;
            _operations = operations;
            _random = world.Random;
            _tells = _random.Next(2) == 0;

            // Of two that are new at once a webhook tells one first: the app could not but make it a second time.
            _people = new People(world.Vendors, new Random(_random.Next()), new Intents()) { Deletes = _random.Next(3) > 0, MayMakeTwins = () => !_tells && world.IsAtRest, HinderedUntil = () => _administrator!.HinderedUntil };
            _sweeps = _people.Deletes;
            if (!_sweeps) world.Faults.Never = [FaultClass.ListMissingRow, FaultClass.EmptyList];
            // People here type faster than people do: what alternates is for the checker to find.
            _settings = Choices.Of(_random, FakePair.Defaults with { Runaway = new Runaway(1000, TimeSpan.FromHours(1)), LockWindow = _random.Next(3) == 0 ? TimeSpan.FromHours(1) : TimeSpan.Zero });
            _administrator = new Administrator(world, new Random(_random.Next()), _people.Intents, _settings);
            world.Vendors.Network.DuringCall = _people.EditNow;
        }

        public IReadOnlyList<Finding> Run()
        {
            Begin();
            for (var done = 0; done < _operations;)
            {
                for (var batch = _random.Next(1, 24); batch > 0 && done < _operations; batch--, done++)
                {
                    _people.Act();
                    _administrator.Act();
                    _world.RunFor(TimeSpan.FromMilliseconds(_random.Next(60_000)));
                    _administrator.Look();
                    Disturb();
                }

                _world.RunFor(TimeSpan.FromMinutes(_random.Next(30)));
                _administrator.Look();
                if (_random.Next(3) == 0) Confirm();
                SignIn();
            }

            Rest();
            return Judge();
        }

        private void Begin()
        {
            var faults = _world.Faults.On;
            _world.Faults.On = false;
            _people.Begin(_random.Next(8));
            _world.Clock.MoveTo(_world.Clock.Now.AddMinutes(10));
            _world.Observe(() => ServiceSetup.BeginAsync(_world, _settings));
            for (var i = _random.Next(1, 4); i > 0; i--) AddInstance();
            while (_world.Observe(() => ServiceSetup.WentLiveAtAsync(_world)) is null) _world.RunFor(TimeSpan.FromMinutes(1));
            _people.Intents.WentLiveAt = _world.Observe(() => ServiceSetup.WentLiveAtAsync(_world));
            _world.RunFor(TimeSpan.FromSeconds(2));
            _people.Anchor();
            _world.RunFor(TimeSpan.FromMinutes(10));
            if (_tells) _ = new Webhooks(_world, new Random(_random.Next()));
            _world.Faults.On = faults;
            _administrator.Begin();
        }

        /// <summary>
        /// Instances die and are replaced, or stand still for longer than any lease: in the middle of what they do, before or after one of the
        /// next effects.
        /// </summary>
        private void Disturb()
        {
            if (_world.Steps.Before is not null) return;
            var left = _random.Next(1, 60);
            if (_world.Faults.Strikes(FaultClass.WorkerKilled, 40)) _world.Steps.Before = step => Then(() => Die(step));
            else if (_world.Faults.Strikes(FaultClass.WorkerPaused, 40)) _world.Steps.Before = step => Then(() => step.Instance.Pause(TimeSpan.FromSeconds(_random.Next(10, 1800))));

            void Then(Action happens)
            {
                if (--left > 0) return;
                _world.Steps.Before = null;
                happens();
            }
        }

        private void Die(Step step)
        {
            if (_random.Next(2) == 0) step.Instance.Kill();
            else step.KillsAfter = true;
            AddInstance();
        }

        private void AddInstance()
        {
            var skew = TimeSpan.FromSeconds(_random.Next(4) == 0 ? _random.Next(-600, 601) : 0);
            if (skew != TimeSpan.Zero) _world.Faults.Count(FaultClass.ClockSkew);
            _world.AddInstance(skew);
        }

        /// <summary>Nothing goes wrong any more, and time goes on until nothing is due: a second round without a write is the last.</summary>
        private void Rest()
        {
            _world.Faults.On = false;
            _world.Steps.Before = null;
            foreach (var side in Sides.Both) _world.Vendors.On(side).Account.Lags = false;
            _people.SetRight();
            SignIn();
            _administrator.Restore();

            // Whatever waits has messages that wake it: polls would only take time.
            _world.Observe(() => ServiceSetup.PollEveryAsync(_world, TimeSpan.FromMinutes(30)));
            for (var (round, quiet) = (0, false); round < 2 || (round < MostRounds && !quiet); round++)
            {
                var writes = _world.Vendors.History.Writes;
                SignIn();
                Confirm();
                _world.RunFor(_settings.LockWindow + TimeSpan.FromMinutes(75));
                if (_sweeps) Sweep();
                quiet = _world.Vendors.History.Writes == writes;
            }

            Confirm();
            _world.RunFor(_settings.LockWindow + TimeSpan.FromMinutes(75));
        }

        /// <summary>A worker that stood still between looking and sending may use a token that was rotated out meanwhile: that ends the grant, and people connect again.</summary>
        private void SignIn()
        {
            foreach (var side in Sides.Both.Where(side => !_world.Vendors.On(side).SignIn.IsGranted)) _world.Observe(() => ConnectAsync(side));

            async Task<bool> ConnectAsync(Side side)
            {
                await ServiceSetup.ConnectAsync(_world, side);
                return true;
            }
        }

        /// <summary>An administrator confirms what the brakes hold: the people here really archive and delete that much.</summary>
        private void Confirm() => _world.Do("confirm", async app =>
        {
            foreach (var kind in FakePair.Pair.TopKinds) await app.Get<Brakes>().ConfirmAsync(new LinkScope(_world.Key, kind.Name), CancellationToken.None);
        });

        private void Sweep()
        {
            _world.Do("sweep", app => app.Get<FlowRuns>().RequestAsync(_world.Key, RunMode.Comprehensive, "simulation", app.Durable, CancellationToken.None));
            _world.RunFor(TimeSpan.FromMinutes(20));
        }

        private List<Finding> Judge()
        {
            var writes = _world.Vendors.History.Writes;
            if (_sweeps) Sweep();
            _world.RunFor(TimeSpan.FromMinutes(30));

            // By its schedule, a sweep may have begun this very moment.
            for (var waits = 0; waits < 3 && _world.Hub.AnyRunning; waits++) _world.RunFor(TimeSpan.FromMinutes(10));
            var findings = _world.Observe(() => Checker.RunAsync(_world.Vendors, _people.Intents, _settings, _world.Observer, _world.Key, _sweeps)).ToList();
            if (_world.Vendors.History.Writes != writes) findings.Add(new Finding("no rest", $"Polls and a sweep after rest wrote {_world.Vendors.History.Writes - writes} times."));
            if (_world.Hub.AnyRunning) findings.Add(new Finding("no end", "An orchestration has not ended."));
            findings.AddRange(_world.Surprises.Select(surprise => new Finding("surprise", surprise)));
            return findings;
        }
    }
}
