using System.Collections.Immutable;
using SyncFunctions.Connectors.Synergy;
using SyncFunctions.Connectors.TinyPlus;

namespace SyncFunctions.Connectors;

/// <summary>Every system that can be connected, by its name.</summary>
public sealed class Systems(params IEnumerable<IConnector> connectors)
{
    private readonly ImmutableDictionary<string, IConnector> _connectors = connectors.ToImmutableDictionary(connector => connector.Catalog.System);

    /// <summary>The systems that the app ships.</summary>
    public Systems(VendorPipeline pipeline)
        : this(new SynergyConnector(pipeline), new TinyPlusConnector(pipeline))
    {
    }

    public IEnumerable<IConnector> All => _connectors.Values.OrderBy(connector => connector.Catalog.System, StringComparer.Ordinal);

    /// <summary>What is known of all systems without calling any.</summary>
    public IEnumerable<SystemCatalog> Catalogs => All.Select(connector => connector.Catalog);

    /// <summary>Null if there is no such system.</summary>
    public IConnector? Find(string system) => _connectors.GetValueOrDefault(system);

    public IConnector this[string system] => _connectors[system];
}
