using Microsoft.Extensions.DependencyInjection;
using SyncFunctions.App.Connections;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.Simulation.Vendors;
using SyncFunctions.State;

namespace SyncFunctions.Simulation.Service;

/// <summary>Tables, both connections, and a flow that is switched on and due: the service does the rest.</summary>
internal static class ServiceSetup
{
    public static async Task BeginAsync(ServiceWorld world, FlowSettings settings, string pair = FakePair.Name)
    {
        var none = CancellationToken.None;
        var services = world.Observer;
        await services.GetRequiredService<StateTables>().CreateAsync(none);
        foreach (var side in Sides.Both) await ConnectAsync(world, side);
        var flow = new Flow(world.Key, pair, "simulated", ConnectionOf(Side.Left), ConnectionOf(Side.Right)) { Settings = settings, Enabled = true, PollEvery = TimeSpan.FromMinutes(5), CreatedAt = world.Clock.Now };
        await services.GetRequiredService<FlowStore>().InsertAsync(flow, none);
        await services.GetRequiredService<DueStore>().PutAsync(world.Key, world.Clock.Now, none);
    }

    public static async Task<DateTimeOffset?> WentLiveAtAsync(ServiceWorld world) =>
        (await world.Observer.GetRequiredService<FlowStore>().GetAsync(world.Key, CancellationToken.None))?.Value.WentLiveAt;

    public static Task PollEveryAsync(ServiceWorld world, TimeSpan time) =>
        world.Observer.GetRequiredService<FlowStore>().ChangeAsync(world.Key, flow => flow with { PollEvery = time }, CancellationToken.None);

    /// <summary>Another flow, between the system of that name and the right one.</summary>
    public static async Task AddFlowAsync(ServiceWorld world, FlowKey key, FlowSettings settings, string pair, string left, TimeSpan pollEvery)
    {
        await ConnectAsync(world, left);
        var flow = new Flow(key, pair, "simulated", new ConnectionId(left), ConnectionOf(Side.Right)) { Settings = settings, Enabled = true, PollEvery = pollEvery, CreatedAt = world.Clock.Now };
        await world.Observed<FlowStore>().InsertAsync(flow, CancellationToken.None);
        await world.Observed<DueStore>().PutAsync(key, world.Clock.Now, CancellationToken.None);
    }

    public static ConnectionId ConnectionOf(Side side) => new(side == Side.Left ? FakePair.Left : FakePair.Right);

    /// <summary>A person signs in, again where there is such a connection.</summary>
    public static Task ConnectAsync(ServiceWorld world, Side side) => ConnectAsync(world, ConnectionOf(side).Value);

    private static async Task ConnectAsync(ServiceWorld world, string system)
    {
        var store = world.Observer.GetRequiredService<ConnectionStore>();
        var (access, refresh) = world.Vendors.On(system).SignIn.Grant();
        var credentials = new Credentials("oauth", access, refresh, world.Clock.Now.AddHours(1));
        var id = new ConnectionId(system);
        var stored = await store.GetAsync(world.Key.Tenant, id, CancellationToken.None);
        var connection = (stored?.Value ?? new StoredConnection(world.Key.Tenant, id, id.Value, id.Value) { CreatedAt = world.Clock.Now }) with { Health = ConnectionHealth.Connected, HealthDetail = null, RenewingUntil = null };
        connection = connection with { Secret = world.Observer.GetRequiredService<SealedCredentials>().Seal(connection, credentials) };
        if (stored is { } known) await store.ReplaceAsync(known with { Value = connection }, CancellationToken.None);
        else await store.InsertAsync(connection, CancellationToken.None);
    }
}
