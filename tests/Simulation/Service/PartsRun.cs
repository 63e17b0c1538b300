using SyncFunctions.App.Sync;
using SyncFunctions.Engine;
using SyncFunctions.Simulation.Checks;
using SyncFunctions.Simulation.Vendors;
using SyncFunctions.State;

namespace SyncFunctions.Simulation.Service;

/// <summary>
/// One run of the whole service from a seed, over companies that hold people as projects hold tickets: people and companies are made, edited,
/// deleted, paused and resumed on both sides while the app, its storage and both systems fail; then rest, then judgement.
/// </summary>
public static class PartsRun
{
    private static readonly CancellationToken None = CancellationToken.None;

    public static IReadOnlyList<Finding> Run(int seed, int operations, Action<string>? tell = null)
    {
        using var world = new ServiceWorld(seed, conditional: seed % 2 == 0);
        world.Trace.Listener = tell;
        return new Play(world, operations).Run();
    }

    private sealed class Play(ServiceWorld world, int operations)
    {
        private readonly Random _random = new(world.Random.Next());
        private int _made;
        private bool _deletes;
        private FlowSettings _settings = FakeParts.Pair.Defaults;

        public IReadOnlyList<Finding> Run()
        {
            Begin();
            for (var done = 0; done < operations; done++)
            {
                Act();
                Disturb();
                world.RunFor(TimeSpan.FromSeconds(_random.Next(180)));
                if (_random.Next(12) == 0) world.RunFor(TimeSpan.FromMinutes(_random.Next(40)));
                if (_random.Next(8) == 0) Help();
            }

            Rest();
            return Judge();
        }

        private static LinkScope Scope(ServiceWorld world, KindMap kind) => new(world.Key, kind.Name);

        private void Begin()
        {
            var faults = world.Faults.On;
            world.Faults.On = false;
            _deletes = _random.Next(3) > 0;

            // Two records that are merged are no matter of parts; and a list that lies is told from deletions by sweeps only.
            world.Faults.Never = _deletes ? [FaultClass.MergedIds] : [FaultClass.MergedIds, FaultClass.ListMissingRow, FaultClass.EmptyList];
            _settings = _settings with { CoolDown = TimeSpan.FromMinutes(_random.Next(3) * 5), Runaway = new Runaway(1000, TimeSpan.FromHours(1)) };
            world.Observe(() => ServiceSetup.BeginAsync(world, _settings, FakeParts.Name));
            for (var i = _random.Next(1, 3); i > 0; i--) world.AddInstance();
            while (world.Observe(() => ServiceSetup.WentLiveAtAsync(world)) is null) world.RunFor(TimeSpan.FromMinutes(1));
            world.RunFor(TimeSpan.FromSeconds(2));
            if (_random.Next(2) == 0) _ = new Webhooks(world, new Random(_random.Next()));
            for (var i = _random.Next(2, 6); i > 0; i--) MakeCompany();
            world.RunFor(TimeSpan.FromMinutes(20));
            world.Faults.On = faults;
        }

        private FakeAccount On(Side side) => world.Vendors.On(side).Account;

        private void MakeCompany() => On(Side.Left).Create(
            "companies", FieldSet.Of(("code", FieldValue.Of($"c{++_made}")), ("name", FieldValue.Of($"Company {_made}")), ("active", new FieldValue.Flag(true))), Actor.User);

        private void Act()
        {
            var side = _random.Next(2) == 0 ? Side.Left : Side.Right;
            var (parts, name, holder) = side == Side.Left ? ("people", "name", "company") : ("contacts", "title", "account");
            switch (_random.Next(20))
            {
                case 0:
                    MakeCompany();
                    break;
                case < 8 when Pick(On(side).Live(side == Side.Left ? "companies" : "accounts")) is { } company:
                    On(side).Create(parts, FieldSet.Of((side == Side.Left ? "code" : "ref", FieldValue.Of($"p{++_made}")), (name, FieldValue.Of($"person {_made}")), (holder, new FieldValue.Reference(company.Id))), Actor.User);
                    break;
                case < 15 when Pick(On(side).Live(parts)) is { } edited:
                    On(side).Edit(edited, FieldSet.Of((name, FieldValue.Of($"edit {++_made}"))), Actor.User);
                    break;

                // What people have just made, or made again, they do not delete before the app could see it.
                case < 17 when _deletes && Pick(On(side).Live(parts).Where(record => !record.IsMadeByApp)) is { } deleted:
                    On(side).Delete(deleted, Actor.User);
                    break;
                case 18 when Pick(Links()) is { State: LinkState.Active } active:
                    world.Do("pause", app => app.Get<LinkControl>().PauseAsync(Scope(world, FakeParts.Company), active.Id, None));
                    break;
                case 19 when Pick(Links()) is { State: LinkState.Paused } paused:
                    Resume(paused.Id);
                    break;
            }
        }

        private void Resume(LinkId link) => world.Do("resume", app => app.Get<LinkControl>().ResumeAsync(Scope(world, FakeParts.Company), link, [], None, hasParts: true));

        private List<Link> Links() => world.Observe(async () => (await world.Observed<LinkStore>().LinksAsync(Scope(world, FakeParts.Company), null, 1000, None)).Items.Select(link => link.Value).ToList());

        private T? Pick<T>(IEnumerable<T> from)
            where T : class => from.ToList() is { Count: > 0 } all ? all[_random.Next(all.Count)] : null;

        private void Disturb()
        {
            if (world.Steps.Before is not null) return;
            var left = _random.Next(1, 60);
            if (world.Faults.Strikes(FaultClass.WorkerKilled, 12)) world.Steps.Before = Die;
            else if (world.Faults.Strikes(FaultClass.WorkerPaused, 20)) world.Steps.Before = step => Then(() => step.Instance.Pause(TimeSpan.FromSeconds(_random.Next(10, 1800))));

            void Die(Step step) => Then(() =>
            {
                if (_random.Next(2) == 0) step.Instance.Kill();
                else step.KillsAfter = true;
                world.AddInstance();
            });

            void Then(Action happens)
            {
                if (--left > 0) return;
                world.Steps.Before = null;
                happens();
            }
        }

        /// <summary>What a person sees to now and then: signs in again, confirms what really vanished.</summary>
        private void Help()
        {
            foreach (var side in Sides.Both.Where(side => !world.Vendors.On(side).SignIn.IsGranted)) world.Observe(() => ServiceSetup.ConnectAsync(world, side));
            world.Do("confirm", async app =>
            {
                foreach (var kind in FakeParts.Pair.Kinds) await app.Get<Brakes>().ConfirmAsync(Scope(world, kind), None);
            });
        }

        private void Rest()
        {
            world.Faults.On = false;
            world.Steps.Before = null;
            foreach (var side in Sides.Both) On(side).Lags = false;

            for (var round = 0; round < 3; round++)
            {
                Help();
                foreach (var link in Links().Where(link => link.State is LinkState.Paused && link.PausedBy is null)) Resume(link.Id);
                world.RunFor(TimeSpan.FromMinutes(75));
                Sweep();
            }
        }

        private void Sweep()
        {
            world.Do("sweep", app => app.Get<FlowRuns>().RequestAsync(world.Key, RunMode.Comprehensive, "simulation", app.Durable, None));
            world.RunFor(TimeSpan.FromMinutes(30));
        }

        private List<Finding> Judge()
        {
            var writes = world.Vendors.History.Writes;
            Sweep();
            var findings = world.Surprises.Select(surprise => new Finding("surprise", surprise)).ToList();
            if (world.Vendors.History.Writes != writes) findings.Add(new Finding("no rest", $"A sweep after rest wrote {world.Vendors.History.Writes - writes} times."));
            if (world.Hub.AnyRunning) findings.Add(new Finding("no end", "An orchestration has not ended."));

            var companies = Links();
            var active = companies.Where(link => link.State == LinkState.Active).ToList();
            foreach (var company in On(Side.Left).Live("companies").Where(company => active.Count(link => link.LeftId == company.Id) != 1)) findings.Add(new Finding("company", $"{company.Id} has {active.Count(link => link.LeftId == company.Id)} links."));
            var links = world.Observe(async () => (await world.Observed<LinkStore>().LinksAsync(Scope(world, FakeParts.Person), null, 5000, None)).Items.Select(link => link.Value).ToList());
            foreach (var side in Sides.Both)
            {
                var (parts, code) = side == Side.Left ? ("people", "code") : ("contacts", "ref");
                foreach (var record in On(side).Live(parts))
                {
                    var own = links.FindAll(link => link.State == LinkState.Active && link.IdOn(side) == record.Id);
                    if (own.Count != 1) findings.Add(new Finding("lost", $"{side} {record.Id} '{record.Get(code)}' has {own.Count} links."));
                }

                foreach (var twins in On(side).Live(parts).GroupBy(record => record.Get(code).ToString()).Where(same => same.Count() > 1))
                    findings.Add(new Finding("double", $"{side} has {twins.Key} as {string.Join(", ", twins.Select(twin => twin.Id))}."));
            }

            foreach (var link in links.Where(link => link.State == LinkState.Active))
            {
                var (left, right) = (On(Side.Left).Find("people", link.LeftId!), On(Side.Right).Find("contacts", link.RightId!));
                if (left is null or { Gone: true } || right is null or { Gone: true }) findings.Add(new Finding("gone", $"{link.Id} links {link.LeftId} and {link.RightId}, of which one is gone."));
                else if (left.Get("name").ToString() != right.Get("title").ToString()) findings.Add(new Finding("differs", $"{link.LeftId} '{left.Get("name")}' and {link.RightId} '{right.Get("title")}'."));
                if (companies.Find(company => company.Id == link.Id.Project) is not { State: LinkState.Active }) findings.Add(new Finding("project", $"{link.Id} is inside no active project."));
            }

            foreach (var row in world.Observe(() => world.Observed<LinkStore>().WorkAsync(Scope(world, FakeParts.Person), 1000, None))) findings.Add(new Finding("work", $"{row.Value}"));
            foreach (var asked in world.Observe(() => world.Observed<ProjectStore>().RequestsAsync(world.Key, 1000, None))) findings.Add(new Finding("request", $"{asked}"));
            return findings;
        }
    }
}
