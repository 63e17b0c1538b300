using System.Collections.Immutable;
using SyncFunctions.Connectors.Synergy;
using SyncFunctions.Connectors.TinyPlus;

namespace SyncFunctions.Connectors;

/// <summary>Every system that can be connected, by its name.</summary>
public sealed class Systems(VendorPipeline pipeline)
{
    private readonly ImmutableDictionary<string, IConnector> _connectors = new IConnector[]
    {
        new SynergyConnector(pipeline),
        new TinyPlusConnector(pipeline),
    }.ToImmutableDictionary(connector => connector.Catalog.System);

    /// <summary>What is known of all systems without calling any.</summary>
    public static ImmutableArray<SystemCatalog> Catalogs { get; } = [SynergyCatalog.Catalog, TinyPlusCatalog.Catalog];

    public IEnumerable<IConnector> All => _connectors.Values;

    /// <summary>Null if there is no such system.</summary>
    public IConnector? Find(string system) => _connectors.GetValueOrDefault(system);

    public IConnector this[string system] => _connectors[system];
}
