using SyncFunctions.App.Hooks;
using SyncFunctions.Engine;
using SyncFunctions.Simulation.Vendors;
using SyncFunctions.State;

namespace SyncFunctions.Simulation.Service;

/// <summary>
/// Both systems tell the app of every change, the app's own included, as systems do: soon, late, twice, in the wrong order or not at all,
/// and again where nobody answered.
/// </summary>
internal sealed class Webhooks
{
    private const int Attempts = 5;
    private static readonly TimeSpan AgainAfter = TimeSpan.FromMinutes(1);

    private readonly ServiceWorld _world;
    private readonly Random _random;

    public Webhooks(ServiceWorld world, Random random)
    {
        (_world, _random) = (world, random);
        foreach (var side in Sides.Both) world.Vendors.On(side).Account.Changed = (record, _, _) => Send(side, record);
    }

    private void Send(Side side, FakeRecord record)
    {
        var faults = _world.Faults;
        if (faults.Strikes(FaultClass.LostWebhook, 20)) return;
        var delay = faults.Strikes(FaultClass.LateWebhook, 30) ? _random.Next(60, 1800)
            : faults.Strikes(FaultClass.ReorderedWebhook, 20) ? _random.Next(2, 20)
            : _random.NextDouble();
        At(TimeSpan.FromSeconds(delay), () => Deliver(side, record, Attempts));
        if (faults.Strikes(FaultClass.DoubledWebhook, 20)) At(TimeSpan.FromSeconds(delay + _random.NextDouble()), () => Deliver(side, record, Attempts));
    }

    private void Deliver(Side side, FakeRecord record, int attempts)
    {
        var isStored = false;
        _world.Do($"webhook of {record.Kind}/{record.Id}", async app =>
        {
            await app.Get<HookInbox>().AddAsync([.. Touched(_world, side, record, app.Get<TimeProvider>().GetUtcNow()).Select(item => (_world.Key, item))]);
            isStored = true;
        });

        // The system waits for an answer no longer than that.
        if (attempts > 1) At(AgainAfter, () => { if (!isStored) Deliver(side, record, attempts - 1); });
    }

    /// <summary>The rows of the work list that news of a record become.</summary>
    public static IEnumerable<WorkItem> Touched(ServiceWorld world, Side side, FakeRecord record, DateTimeOffset now)
    {
        var inside = world.Vendors.On(side).Account.Habits.Kind(record.Kind).InsideName;
        return from kind in FakePair.Pair.Kinds
               where kind.VendorKind(side) == record.Kind || kind.VendorKind(side) == inside
               select new WorkItem(kind.Name, side, record.Id, WorkReason.Webhook, now) { FirstAt = now };
    }

    private void At(TimeSpan delay, Action act) => _world.Clock.CreateTimer(_ => act(), null, delay, Timeout.InfiniteTimeSpan);
}
