using SyncFunctions.Engine;
using SyncFunctions.Simulation.Service;
using SyncFunctions.Simulation.Tests.Runs;
using SyncFunctions.Simulation.Vendors;
using SyncFunctions.State;

namespace SyncFunctions.Simulation.Tests.Loops;

/// <summary>One person in two systems, or in three where a second flow shares the right one, told by the minute.</summary>
internal sealed class LoopWorld
{
    private static readonly FlowKey OtherKey = new(new TenantId("tenant"), new FlowId("other"));

    private readonly DateTimeOffset _begin;
    private readonly long _writes;

    private LoopWorld(RunWorld run)
    {
        Run = run;
        Left = run.Left.Live(FakePeople.Person.LeftKind).Single();
        Right = run.Right.Live(FakePeople.Person.RightKind).Single();
        _begin = run.Service.Clock.Now;
        _writes = run.Service.Vendors.History.Writes;
    }

    public RunWorld Run { get; }

    public FakeRecord Left { get; }

    public FakeRecord Right { get; }

    /// <summary>The same person in the system whose flow shares the right one.</summary>
    public FakeRecord Other => Run.Service.Vendors.On(FakePeople.Other).Account.Live(FakePeople.Person.LeftKind).Single();

    /// <summary>Writes of the app since the beginning.</summary>
    public long Writes => Run.Service.Vendors.History.Writes - _writes;

    public LinkScope People => new(Run.Key, FakePeople.Person.Name);

    public Link Link => Run.Links(People).ShouldHaveSingleItem();

    /// <summary>What the loop lock holds.</summary>
    public IReadOnlyList<WorkItem> Held => [.. Run.Work(People).Where(item => item.Reason == WorkReason.Held)];

    /// <summary>The minute from the beginning, to the nearest one.</summary>
    public double MinuteOf(DateTimeOffset time) => Math.Round((time - _begin).TotalMinutes);

    /// <summary>Lets a test see a person who has been in both systems for long.</summary>
    /// <param name="listDelay">How late the left system's lists are.</param>
    public static void Live(Action<LoopWorld> test, Func<FlowSettings, FlowSettings>? settings = null, TimeSpan listDelay = default) => RunWorld.Live(
        0,
        run =>
        {
            run.Change(flow => flow with { PollEvery = TimeSpan.FromMinutes(1) });
            run.RunFor(6);
            run.Left.Create(FakePeople.Person.LeftKind, FieldSet.Of(("first", FieldValue.Of("Ada")), ("mail", FieldValue.Of("ada@x.test"))), Actor.User);
            run.RunFor(130 + listDelay.TotalMinutes);
            test(new LoopWorld(run));
        },
        settings,
        FakePeople.Pair,
        FakePeople.LeftHabits with { ListDelay = listDelay },
        FakePeople.RightHabits,
        FakePeople.OtherHabits);

    /// <summary>The second flow, with the same person in its own system.</summary>
    public void Share(TimeSpan pollEvery)
    {
        Run.Service.Observe(() => ServiceSetup.AddFlowAsync(Run.Service, OtherKey, FakePeople.OtherPair.Defaults, FakePeople.OtherPair.Name, FakePeople.Other, pollEvery));
        Run.RunFor(2);
        Run.Service.Vendors.On(FakePeople.Other).Account.Create(FakePeople.Person.LeftKind, FieldSet.Of(("first", FieldValue.Of("Ada")), ("mail", FieldValue.Of("ada@x.test"))), Actor.User);
        Run.RunFor(130);
        Run.Links(People with { Flow = OtherKey }).ShouldHaveSingleItem(Run.Story);
    }

    public FakeRecord On(Side side) => side == Side.Left ? Left : Right;

    public void Edit(FakeRecord record, string field, string value) => Account(record).Edit(record, FieldSet.Of((field, FieldValue.Of(value))), Actor.User);

    public void Tag(FakeRecord record, params string[] tags) => Account(record).Edit(record, FieldSet.Of(("tags", new FieldValue.Set(tags))), Actor.User);

    /// <summary>The worker dies when its next write has been applied, before it hears of it.</summary>
    public void KillAtWrite() => Run.Service.Vendors.Network.Trace = line =>
    {
        if (!line.Contains("PATCH", StringComparison.Ordinal)) return;
        Run.Service.Vendors.Network.Trace = null;
        Kill();
    };

    public void Kill()
    {
        foreach (var instance in Run.Service.Alive.ToList()) instance.Kill();
    }

    /// <summary>Lets it become that minute.</summary>
    public void At(double minute) => Run.Service.RunUntil(_begin + TimeSpan.FromMinutes(minute));

    private FakeAccount Account(FakeRecord record) => record.Kind == FakePeople.Person.RightKind ? Run.Right : record.Id.StartsWith(FakePeople.OtherHabits.IdPrefix, StringComparison.Ordinal) ? Run.Service.Vendors.On(FakePeople.Other).Account : Run.Left;
}
