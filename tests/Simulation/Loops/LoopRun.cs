using System.Globalization;
using SyncFunctions.App.Sync;
using SyncFunctions.Engine;
using SyncFunctions.Simulation.Core;
using SyncFunctions.Simulation.Vendors;
using SyncFunctions.State;

namespace SyncFunctions.Simulation.Loops;

/// <param name="Findings">What is wrong, person by person.</param>
public sealed record LoopResult(int Seed, IReadOnlyList<string> Findings, long Edits, long Writes)
{
    public override string ToString() => $"seed {Seed}: {(Findings.Count == 0 ? "no loop" : $"\n  {string.Join("\n  ", Findings)}")}";
}

/// <summary>
/// A hundred people, each with a schedule of edits of its own, in two systems, or in three where two flows share one: the app writes no more
/// than people edit, and what it leaves behind is the same everywhere, and rests.
/// </summary>
public static class LoopRun
{
    public const int People = 100;

    private const string Member = "members";
    private const string Constituent = "constituents";

    /// <summary>Writes whose outcome nobody knows, as they are where a worker dies before it hears of it.</summary>
    private static readonly FaultClass[] LostAnswers = [FaultClass.AppliedButTimedOut, FaultClass.ResetAfterApplying, FaultClass.ResetBeforeApplying];

    private static readonly TimeSpan[] Windows = [TimeSpan.Zero, TimeSpan.FromMinutes(10), TimeSpan.FromHours(1), TimeSpan.FromHours(1)];

    public static LoopResult Run(int seed, Action<string>? tell = null)
    {
        var random = new Random(seed);
        var delay = random.Next(3) == 0 ? TimeSpan.FromMinutes(30) : TimeSpan.Zero;
        using var world = new CoreWorld(
            random.Next(),
            LostAnswers,
            FakePeople.LeftHabits with { ListDelay = delay, PageSize = People },
            FakePeople.RightHabits with { PageSize = People },
            FakePeople.OtherHabits with { PageSize = People });
        world.Vendors.Network.Trace = tell;
        var isShared = random.Next(3) == 0;
        var settings = FakePeople.Pair.Defaults with
        {
            LockWindow = Windows[random.Next(Windows.Length)],
            OnLockEnd = random.Next(6) == 0 ? LockEnd.Discard : LockEnd.Apply,
            Kinds = FakePeople.Pair.Defaults.Kinds.Add(FakePeople.Person.Name, new KindSettings { Master = random.Next(2) == 0 ? Side.Left : Side.Right }),
        };
        tell?.Invoke($"window {settings.LockWindow}, {settings.OnLockEnd}, shared {isShared}, lists {delay} late, one fault in {world.Faults.OneIn}");
        var schedules = new Schedules(world, settings, isShared);
        schedules.Begin();
        schedules.Play(random);
        schedules.Rest(delay);
        return schedules.Judge(seed);
    }

    private sealed class Schedules(CoreWorld world, FlowSettings settings, bool isShared)
    {
        private readonly List<(FlowKey Key, string Left)> _flows = [(world.Key, FakePair.Left)];
        private readonly Dictionary<(string System, int Person), FakeRecord> _records = [];
        private readonly List<string> _findings = [];
        private long _begun;
        private long _rested;

        private IReadOnlyList<string> Systems => isShared ? [FakePair.Left, FakePair.Right, FakePeople.Other] : [FakePair.Left, FakePair.Right];

        /// <summary>Everybody is in all systems, and was there long before.</summary>
        public void Begin()
        {
            world.Faults.On = false;
            if (isShared) _flows.Add((new FlowKey(world.Key.Tenant, new FlowId("other")), FakePeople.Other));
            foreach (var left in _flows.Select(flow => flow.Left))
            {
                for (var person = 0; person < People; person++)
                    _records[(left, person)] = world.Vendors.On(left).Account.Create(Constituent, FieldSet.Of(("first", FieldValue.Of("Ada")), ("mail", FieldValue.Of(Mail(person)))), Actor.User);
            }

            world.Clock.MoveTo(world.Clock.Now.AddHours(1));
            foreach (var (key, left) in _flows) world.Run(() => CoreSetup.BeginAsync(world, key, left == FakePair.Left ? FakePeople.Pair : FakePeople.OtherPair, settings, RunMode.Import));
            var members = world.Vendors.Right.Account.Live(Member).ToDictionary(member => member.Get("mail").ToString()!);
            for (var person = 0; person < People; person++) _records[(FakePair.Right, person)] = members[Mail(person)];
            world.Clock.MoveTo(world.Clock.Now.AddHours(3));
            Poll();
            _begun = world.Vendors.History.NextNumber;
            world.Faults.On = true;
        }

        public void Play(Random random)
        {
            var edits = new Queue<PersonEdit>(Enumerable.Range(0, People).SelectMany(person => PersonEdit.Schedule(random, person, Systems)).OrderBy(edit => edit.At));
            var heard = new List<PersonEdit>();
            var begin = world.Clock.Now;
            for (var minute = 1; edits.Count > 0; minute++)
            {
                while (edits.TryPeek(out var edit) && edit.At <= TimeSpan.FromMinutes(minute))
                {
                    world.Clock.MoveTo(begin + edit.At);
                    Apply(edits.Dequeue());
                    if (edit.IsHeard) heard.Add(edit);
                }

                world.Clock.MoveTo(begin.AddMinutes(minute));
                if (random.Next(200) == 0) world.Restart();
                if (heard.Count > 0 && minute % 4 == 0)
                {
                    Hear([.. heard, .. heard.Where(_ => random.Next(10) == 0)]);
                    heard.Clear();
                }

                if (minute % 10 == 0) Poll();
            }
        }

        /// <summary>Nothing goes wrong any more, nobody edits, and all that is held is due in its time.</summary>
        public void Rest(TimeSpan delay)
        {
            world.Faults.On = false;
            foreach (var wait in new[] { TimeSpan.FromMinutes(2), delay + TimeSpan.FromMinutes(2), settings.LockWindow + TimeSpan.FromMinutes(2), delay + TimeSpan.FromMinutes(2), settings.LockWindow + TimeSpan.FromMinutes(2), delay + TimeSpan.FromMinutes(2) })
            {
                world.Clock.MoveTo(world.Clock.Now + wait);
                Poll();
            }

            _rested = world.Vendors.History.NextNumber;
            world.Clock.MoveTo(world.Clock.Now.AddHours(2));
            Poll();
            foreach (var (key, _) in _flows) world.Run(new CoreSync(world, key).SweepAsync);
            Poll();
        }

        public LoopResult Judge(int seed)
        {
            foreach (var (key, _) in _flows)
            {
                foreach (var work in world.Run(() => world.Get<LinkStore>().WorkAsync(new LinkScope(key, FakePeople.Person.Name), 100, CancellationToken.None)))
                    _findings.Add($"left on the work list of {key.Flow}: {work.Value}");
            }

            var (edits, writes) = (0L, 0L);
            for (var person = 0; person < People; person++)
            {
                var happened = Systems.SelectMany(system => EventsOf(_records[(system, person)])).OrderBy(happened => happened.Number).ToList();
                var byPeople = happened.Count(one => one.By == Actor.User);

                // Where an answer was lost, the same may have been sent a second time.
                var byApp = happened.Count(one => one.By == Actor.Sync && (world.Faults.OneIn == 0 || one.Before.Any(field => !field.Value.Equals(one.After[field.Key]))));
                (edits, writes) = (edits + byPeople, writes + byApp);
                if (byApp > byPeople * (Systems.Count - 1)) Find(person, $"{byApp} writes for {byPeople} edits", happened);
                if (happened.Exists(one => one.Number >= _rested)) Find(person, "written at rest", happened);
                if (settings.OnLockEnd == LockEnd.Discard && settings.LockWindow > TimeSpan.Zero) continue;
                foreach (var field in FakePeople.Person.Fields)
                {
                    var values = Systems.Select(system => _records[(system, person)].Get(field.Left.Name!)).ToList();
                    if (!values.TrueForAll(value => field.Agree(value, values[0]))) Find(person, $"{field.Name} differs: {string.Join(", ", values)}", happened);
                }
            }

            return new LoopResult(seed, _findings, edits, writes);
        }

        private void Find(int person, string what, IEnumerable<FakeEvent> happened) => _findings.Add($"{Mail(person)}: {what}\n    {string.Join("\n    ", happened)}");

        private IEnumerable<FakeEvent> EventsOf(FakeRecord record) =>
            world.Vendors.History.Of(record.Kind == Member ? Side.Right : Side.Left, record.Kind, record.Id).Where(happened => happened.Number >= _begun);

        private void Apply(PersonEdit edit) => world.Vendors.On(edit.System).Account.Edit(_records[(edit.System, edit.Person)], edit.Fields, Actor.User);

        private void Poll()
        {
            foreach (var (key, _) in _flows) world.Run(new CoreSync(world, key).DeltaAsync);
        }

        private void Hear(IReadOnlyList<PersonEdit> heard)
        {
            var now = world.Clock.Now;
            foreach (var (key, left) in _flows)
            {
                var items = (from edit in heard
                             where edit.System == left || edit.System == FakePair.Right
                             let record = _records[(edit.System, edit.Person)]
                             select new WorkItem(FakePeople.Person.Name, edit.System == left ? Side.Left : Side.Right, record.Id, WorkReason.Webhook, now) { FirstAt = now }).ToList();
                if (items.Count == 0) continue;
                world.Run(async () =>
                {
                    await world.Get<LinkStore>().NoteWorkAsync(new LinkScope(key, FakePeople.Person.Name), items, CancellationToken.None);
                    foreach (var message in ChangeMessage.Of(key, items)) await world.Get<FlowChanges>().RunAsync(message, CancellationToken.None);
                });
            }
        }

        private static string Mail(int person) => string.Create(CultureInfo.InvariantCulture, $"p{person}@x.test");
    }
}
