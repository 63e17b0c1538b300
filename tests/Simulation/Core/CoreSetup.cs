using SyncFunctions.App.Connections;
using SyncFunctions.App.Sync;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.Pairs;
using SyncFunctions.Simulation.Vendors;
using SyncFunctions.State;

namespace SyncFunctions.Simulation.Core;

/// <summary>Tables, both connections, and a flow that is live.</summary>
internal static class CoreSetup
{
    public static Task BeginAsync(CoreWorld world, FlowSettings settings, RunMode firstRun) => BeginAsync(world, world.Key, FakePair.Pair, settings, firstRun);

    public static async Task BeginAsync(CoreWorld world, FlowKey key, Pair pair, FlowSettings settings, RunMode firstRun)
    {
        var none = CancellationToken.None;
        await world.Get<StateTables>().CreateAsync(none);
        foreach (var side in Sides.Both) await ConnectAsync(world, pair.System(side));
        var flow = new Flow(key, pair.Name, "simulated", new ConnectionId(pair.LeftSystem), new ConnectionId(pair.RightSystem)) { Settings = settings, Enabled = true, CreatedAt = world.Clock.Now };
        await world.Get<FlowStore>().InsertAsync(flow, none);
        await GoLiveAsync(world, key, firstRun);
    }

    /// <summary>A person signs in, again where there is such a connection.</summary>
    private static async Task ConnectAsync(CoreWorld world, string system)
    {
        var store = world.Get<ConnectionStore>();
        var (access, refresh) = world.Vendors.On(system).SignIn.Grant();
        var credentials = new Credentials("oauth", access, refresh, world.Clock.Now.AddHours(1));
        var id = new ConnectionId(system);
        var stored = await store.GetAsync(world.Key.Tenant, id, CancellationToken.None);
        var connection = (stored?.Value ?? new StoredConnection(world.Key.Tenant, id, id.Value, id.Value) { CreatedAt = world.Clock.Now }) with { Health = ConnectionHealth.Connected, HealthDetail = null, RenewingUntil = null };
        connection = connection with { Secret = world.Get<SealedCredentials>().Seal(connection, credentials) };
        if (stored is { } known) await store.ReplaceAsync(known with { Value = connection }, CancellationToken.None);
        else await store.InsertAsync(connection, CancellationToken.None);
    }

    /// <summary>Takes note of what is there, or brings it over; from then on everything that appears is new.</summary>
    private static async Task GoLiveAsync(CoreWorld world, FlowKey key, RunMode mode)
    {
        var none = CancellationToken.None;
        var pages = world.Get<PageSync>();
        var flow = await world.Get<FlowContexts>().LoadAsync(key, none) ?? throw new InvalidOperationException("The flow is not there.");
        var run = new RunId("first");
        var parents = new Dictionary<string, List<LinkId>>();
        foreach (var stage in mode == RunMode.Import ? [RunMode.Inventory, RunMode.Import] : new[] { RunMode.Inventory })
        {
            foreach (var kind in flow.Pair.TopKinds)
            {
                var scope = new WorkScope(flow, kind, stage, run, 1);
                var walk = KindWalk.Begin(kind.Name);
                if (mode == RunMode.Import) walk = walk.With(stage == RunMode.Inventory ? flow.Pair.ImportFrom : flow.Pair.ImportFrom.Other(), Walk.Skipped);
                while (!walk.Done)
                {
                    var step = await pages.StepAsync(scope, walk, since: false, none);
                    walk = step.Walk;
                    foreach (var parent in step.Parents) Add(parents, kind.Name, new LinkId(parent));
                }

                await pages.SaveCursorsAsync(scope, walk, none);
            }
        }

        foreach (var inside in flow.Pair.Kinds.Where(kind => kind.Parent is not null && parents.ContainsKey(kind.Parent)))
        {
            await world.Get<BatchSync>().RunInsideAsync(new WorkScope(flow, inside, mode, run, 1), parents[inside.Parent!], none);
        }

        var flows = world.Get<FlowStore>();
        var stored = await flows.GetAsync(key, none);
        await flows.ReplaceAsync(stored!.Value with { Value = stored.Value.Value with { WentLiveAt = world.Clock.Now } }, none);
    }

    private static void Add(Dictionary<string, List<LinkId>> parents, string kind, LinkId parent)
    {
        if (!parents.TryGetValue(kind, out var list)) parents[kind] = list = [];
        if (!list.Contains(parent)) list.Add(parent);
    }
}
