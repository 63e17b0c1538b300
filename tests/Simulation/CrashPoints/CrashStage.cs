using Microsoft.Extensions.DependencyInjection;
using SyncFunctions.Engine;
using SyncFunctions.Simulation.Service;
using SyncFunctions.Simulation.Vendors;
using SyncFunctions.Simulation.Workload;
using SyncFunctions.State;

namespace SyncFunctions.Simulation.CrashPoints;

/// <summary>What scenarios are written with: people in both systems, and people at the app.</summary>
public sealed class CrashStage(ServiceWorld world)
{
    private readonly List<Order> _orders = [];

    public ServiceWorld World => world;

    public Intents Intents { get; } = new();

    public FakeRecord Create(Side side, string kind, string token, params (string Name, FieldValue Value)[] fields)
    {
        var pair = KindOf(side, kind);
        var all = KindPair.Archived(side, false)
            .With(KindPair.NameField(side), FieldValue.Of($"{token} Harbour"))
            .With(KindPair.CodeField(side), FieldValue.Of($"C-{token}"));
        return world.On(side).Create(pair.On(side), all.With(FieldSet.Of(fields)), Actor.User);
    }

    public void Edit(Side side, FakeRecord record, params (string Name, FieldValue Value)[] fields) => world.On(side).Edit(record, FieldSet.Of(fields), Actor.User);

    /// <summary>An edit that leaves the record's time of change as it was: nothing but a webhook, which is answered at once, tells of it before a sweep does.</summary>
    public void EditUnlisted(Side side, FakeRecord record, params (string Name, FieldValue Value)[] fields)
    {
        world.On(side).Edit(record, FieldSet.Of(fields), Actor.User, isListed: false);
        world.Observe(async () =>
        {
            var items = Webhooks.Touched(world, side, record, world.Clock.Now).ToList();
            foreach (var kind in items.GroupBy(item => item.Kind)) await world.Observer.GetRequiredService<LinkStore>().NoteWorkAsync(new LinkScope(world.Key, kind.Key), [.. kind], CancellationToken.None);
            foreach (var message in ChangeMessage.Of(world.Key, items)) await world.Observer.GetRequiredService<AppQueues>().SendAsync(message, null, CancellationToken.None);
        });
    }

    public void Archive(Side side, FakeRecord record, bool archived = true) => world.On(side).Edit(record, KindPair.Archived(side, archived), Actor.User);

    /// <summary>The same on both sides at once. Had the app not seen the one when it sees the other, it could not but make it a second time.</summary>
    public void CreateTwins(string token)
    {
        Create(Side.Left, "companies", token).IsAlwaysListed = true;
        Create(Side.Right, "accounts", token).IsAlwaysListed = true;
    }

    public void Delete(Side side, FakeRecord record, FakeRecord? mergedInto = null) => world.On(side).Delete(record, Actor.User, mergedInto);

    /// <summary>The record that the token names; null where there is none, or more than one.</summary>
    public FakeRecord? Find(Side side, string kind, string token)
    {
        var found = world.On(side).Live(kind).Where(record => Tokens.Of(record) == token).Take(2).ToList();
        return found.Count == 1 ? found[0] : null;
    }

    public Link? LinkOf(string kind, Side side, FakeRecord record)
    {
        var store = world.Observer.GetRequiredService<LinkStore>();
        return world.Observe(async () =>
        {
            var scope = new LinkScope(world.Key, kind);
            var index = await store.FindAsync(scope, side, [record.Id], CancellationToken.None);
            return index.Values.FirstOrDefault().Value?.Link is { } id && (await store.LoadAsync(scope, [id], CancellationToken.None)).TryGetValue(id, out var link) ? link.Value : null;
        });
    }

    /// <summary>The app has something on its work list, or has begun a write of which it does not know the end.</summary>
    public bool AnythingIsOpen()
    {
        var store = world.Observer.GetRequiredService<LinkStore>();
        return FakePair.Pair.Kinds.Select(kind => new LinkScope(world.Key, kind.Name)).Any(scope => world.Observe(async () =>
            (await store.WorkAsync(scope, 1, CancellationToken.None)).Count > 0 ||
            (await store.LinksAsync(scope, null, 1000, CancellationToken.None)).Items.Any(link => link.Value.Intent is not null)));
    }

    /// <summary>A person asks the app for something; where the app dies before it has answered, the person asks again.</summary>
    public void Ask(string what, Func<AppInstance, Task> work)
    {
        var order = new Order(what, work);
        _orders.Add(order);
        order.Begin(world);
    }

    /// <summary>Asks again what was not answered, one after the other.</summary>
    public void AskAgain()
    {
        foreach (var order in _orders.Where(order => !order.IsDone).ToList())
        {
            order.Begin(world);
            for (var minutes = 0; !order.IsDone && minutes < 20; minutes++) world.RunFor(TimeSpan.FromMinutes(1));
        }
    }

    private static KindPair KindOf(Side side, string kind) => KindPair.All.First(pair => pair.On(side) == kind);

    private sealed class Order(string what, Func<AppInstance, Task> work)
    {
        public bool IsDone { get; private set; }

        public void Begin(ServiceWorld world) => world.Do(what, async app =>
        {
            await work(app);
            IsDone = true;
        });
    }
}

internal static class CrashWorldExtensions
{
    public static FakeAccount On(this ServiceWorld world, Side side) => world.Vendors.On(side).Account;
}
