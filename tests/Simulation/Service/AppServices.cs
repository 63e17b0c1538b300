using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using SyncFunctions.App;
using SyncFunctions.App.Settings;
using SyncFunctions.App.Sync;
using SyncFunctions.App.Telemetry;
using SyncFunctions.Connectors;
using SyncFunctions.Pairs;
using SyncFunctions.Simulation.Vendors;
using SyncFunctions.State;

namespace SyncFunctions.Simulation.Service;

/// <summary>The app's own services, as its program adds them, over simulated time, storage and vendors.</summary>
internal static class AppServices
{
    private static readonly SecretKeys Secrets = SecretKeys.New();
    private static readonly AppSettings Settings = AppSettings.Read(new ConfigurationBuilder().Build());

    public static ServiceProvider Build(Random random, StateClients clients, HttpClient http, FakeWorld vendors)
    {
        var time = clients.Clock;
        var pipeline = new VendorPipeline(http, time, new Random(random.Next()));
        return new ServiceCollection()
            .AddLogging()
            .AddSingleton(new IdSource(time, new Random(random.Next())))
            .AddState(clients)
            .AddSingleton(Secrets)
            .AddSingleton(pipeline)
            .AddSingleton(vendors.Connect(pipeline))
            .AddSingleton(new PairCatalog(FakePair.Pair, FakeParts.Pair, FakePeople.Pair, FakePeople.OtherPair))
            .AddSync(new SyncMetrics())
            .AddHttpSide(Settings)
            .BuildServiceProvider();
    }
}
