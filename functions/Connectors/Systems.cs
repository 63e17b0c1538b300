using System.Collections.Immutable;
using SyncFunctions.Connectors.ConnectWise;
using SyncFunctions.Connectors.IRaiser;
using SyncFunctions.Connectors.Mailchimp;
using SyncFunctions.Connectors.Partner;
using SyncFunctions.Connectors.RaisersEdge;
using SyncFunctions.Connectors.Salesforce;
using SyncFunctions.Connectors.Synergy;
using SyncFunctions.Connectors.TinyPlus;

namespace SyncFunctions.Connectors;

/// <summary>Every system that can be connected, by its name.</summary>
public sealed class Systems(params IEnumerable<IConnector> connectors)
{
    private readonly ImmutableDictionary<string, IConnector> _connectors = connectors.ToImmutableDictionary(connector => connector.Catalog.System);

    /// <summary>The systems that the app ships, and those whose manifests are in a folder.</summary>
    /// <exception cref="InvalidOperationException">A manifest is wrong, or a system is there twice.</exception>
    public Systems(VendorPipeline pipeline, string? partnerFolder = null)
        : this(Distinct([
            new SynergyConnector(pipeline),
            new TinyPlusConnector(pipeline),
            new ConnectWiseConnector(pipeline),
            new RaisersEdgeConnector(pipeline),
            new MailchimpConnector(pipeline),
            new IRaiserConnector(pipeline),
            new SalesforceConnector(pipeline),
            .. Partners(partnerFolder).Select(manifest => new PartnerConnector(manifest, pipeline)),
        ]))
    {
    }

    public IEnumerable<IConnector> All => _connectors.Values.OrderBy(connector => connector.Catalog.System, StringComparer.Ordinal);

    /// <summary>What is known of all systems without calling any.</summary>
    public IEnumerable<SystemCatalog> Catalogs => All.Select(connector => connector.Catalog);

    /// <summary>Null if there is no such system.</summary>
    public IConnector? Find(string system) => _connectors.GetValueOrDefault(system);

    public IConnector this[string system] => _connectors[system];

    private static IEnumerable<PartnerManifest> Partners(string? folder) =>
        folder is { Length: > 0 } ? PartnerCatalog.Shipped.AddRange(PartnerCatalog.InFolder(folder)) : PartnerCatalog.Shipped;

    private static IConnector[] Distinct(IConnector[] connectors) =>
        connectors.GroupBy(connector => connector.Catalog.System).FirstOrDefault(group => group.Count() > 1) is { Key: var twice }
            ? throw new InvalidOperationException($"There are two systems '{twice}'.")
            : connectors;
}
