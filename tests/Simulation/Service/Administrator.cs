using SyncFunctions.App.Manage;
using SyncFunctions.App.Sync;
using SyncFunctions.Engine;
using SyncFunctions.Simulation.Vendors;
using SyncFunctions.Simulation.Workload;
using SyncFunctions.State;

namespace SyncFunctions.Simulation.Service;

/// <summary>
/// Who steers the flow while it runs: changes its settings, switches it, or a kind, off and on again, by the code behind the management
/// API. Where no answer came it is asked for again, as people do.
/// </summary>
internal sealed class Administrator(ServiceWorld world, Random random, Intents intents, FlowSettings settings)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>After this everything that began before has come to its end, though something be at work all the time.</summary>
    private static readonly TimeSpan Settles = TimeSpan.FromMinutes(45);

    private static readonly TimeSpan PollEvery = TimeSpan.FromMinutes(5);

    private readonly HandTools _tools = new(world, random, intents);

    private Choice _wanted = new(true, null, PollEvery, settings.SweepEvery, settings.LockWindow);
    private Choice? _answered;
    private DateTimeOffset _askedAt;
    private DateTimeOffset _answeredAt;

    /// <summary>When what is switched off is switched on again.</summary>
    private DateTimeOffset? _backAt;

    /// <summary>Until when something was switched off, or rested.</summary>
    public DateTimeOffset HinderedUntil { get; private set; }

    private bool IsSettled => intents.Times?.At(world.Clock.Now) is not null;

    /// <summary>The flow is as it was set up.</summary>
    public void Begin()
    {
        _answered = _wanted;
        intents.Times = new SetTimes();
        Look();
    }

    public void Act()
    {
        if (random.Next(40) == 0) Want(Other());
        if (random.Next(12) == 0) _tools.Use();
    }

    /// <summary>Goes on with what is to be done by now, and takes note of what has come to hold.</summary>
    public void Look()
    {
        _tools.Look();
        var now = world.Clock.Now;
        if (!_wanted.IsOn || _wanted.KindOff is not null || !IsSettled || _tools.AnyRests) HinderedUntil = now;
        if (_backAt <= now) Want(_wanted with { IsOn = true, KindOff = null });
        if (IsSettled) return;
        if (_answered != _wanted)
        {
            if (now - _askedAt > Patience) Ask();
        }
        else if (world.IsAtRest || now - _answeredAt > Settles)
        {
            // Somebody who was slow may have had it his way since.
            if (_wanted.IsOf(Stored())) intents.Times!.Settled(now, _wanted.For(settings), _wanted.IsOn);
            else Ask();
        }
    }

    /// <summary>Everything back as it was at first, and nothing rests any more.</summary>
    public void Restore()
    {
        Want(new Choice(true, null, PollEvery, settings.SweepEvery, settings.LockWindow));
        for (var i = 0; i < 60 && !(IsSettled && _tools.Restore()); i++)
        {
            Look();
            world.RunFor(TimeSpan.FromMinutes(2));
        }
    }

    private Choice Other()
    {
        var length = TimeSpan.FromMinutes(random.Next(10, 90));
        switch (random.Next(8))
        {
            case < 2:
                return _wanted with { PollEvery = TimeSpan.FromMinutes(random.Next(3, 11)) };
            case < 3:
                return _wanted with { SweepEvery = TimeSpan.FromHours(random.Next(0, 9)) };
            case < 4:
                _backAt = world.Clock.Now + length;
                return _wanted with { IsOn = false };
            case < 6:
                _backAt = world.Clock.Now + length;
                return _wanted with { KindOff = FakePair.Pair.Kinds[random.Next(FakePair.Pair.Kinds.Length)].Name };
            default:
                return _wanted with { LockWindow = _wanted.LockWindow > TimeSpan.Zero ? TimeSpan.Zero : TimeSpan.FromHours(1) };
        }
    }

    private void Want(Choice choice)
    {
        if (choice.IsOn && choice.KindOff is null) _backAt = null;
        if (choice == _wanted) return;
        _wanted = choice;
        Ask();
    }

    private void Ask()
    {
        var wanted = _wanted;
        (_askedAt, _answered) = (world.Clock.Now, null);
        intents.Times!.Unsettled(world.Clock.Now);
        world.Do($"set {wanted}", async app =>
        {
            await app.Get<FlowSwitch>().ChangeAsync(world.Key.Tenant.Value, world.Key.Flow.Value, found => wanted.For(found.Flow), CancellationToken.None, wanted.IsOn ? null : app.Durable);
            (_answered, _answeredAt) = (wanted, world.Clock.Now);
        });
    }

    private Flow Stored() => world.Observe(() => world.Observed<FlowStore>().GetAsync(world.Key, CancellationToken.None))!.Value.Value;

    /// <summary>What is steered of a flow.</summary>
    private sealed record Choice(bool IsOn, string? KindOff, TimeSpan PollEvery, TimeSpan SweepEvery, TimeSpan LockWindow)
    {
        public Flow For(Flow flow) => flow with { Enabled = IsOn, PollEvery = PollEvery, Settings = For(flow.Settings) };

        public FlowSettings For(FlowSettings settings)
        {
            var changed = settings with { SweepEvery = SweepEvery, LockWindow = LockWindow };
            return FakePair.Pair.Kinds.Aggregate(changed, (all, kind) => all.With(kind.Name, chosen => chosen with { Enabled = kind.Name != KindOff }));
        }

        public bool IsOf(Flow flow) =>
            flow.Enabled == IsOn && flow.PollEvery == PollEvery && flow.Settings.SweepEvery == SweepEvery && flow.Settings.LockWindow == LockWindow &&
            FakePair.Pair.Kinds.All(kind => flow.Settings.Kind(kind.Name).Enabled == (kind.Name != KindOff));
    }
}
