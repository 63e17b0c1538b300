using System.Collections.Immutable;
using System.Globalization;

namespace SyncFunctions.Connectors.Partner;

/// <summary>The systems that speak the partner contract: each is a manifest, shipped with the app or put into a folder by its operator.</summary>
public static class PartnerCatalog
{
    /// <summary>Of the manifests that are part of the assembly.</summary>
    private const string ResourcePrefix = "Partner.Systems.";

    /// <summary>The contract itself, OpenAPI 3.1 in YAML, for those who write a server.</summary>
    public static string Contract { get; } = Resource("Partner.partner-api.yaml");

    public static ImmutableArray<PartnerManifest> Shipped { get; } =
    [
        .. typeof(PartnerCatalog).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(ResourcePrefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal)
            .Select(name => Read(name, Resource(name))),
    ];

    /// <summary>The manifests in a folder: its <c>*.json</c>.</summary>
    /// <exception cref="InvalidOperationException">The folder is not there, or a manifest in it is wrong; the message says where and how.</exception>
    public static ImmutableArray<PartnerManifest> InFolder(string folder) => Directory.Exists(folder)
        ? [.. Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal).Select(file => Read(file, File.ReadAllText(file)))]
        : throw new InvalidOperationException($"There is no folder '{folder}' with manifests of partner systems.");

    /// <summary>What is known about a partner system without asking it.</summary>
    public static SystemCatalog Of(PartnerManifest manifest) => new()
    {
        System = manifest.System,
        DisplayName = manifest.DisplayName,
        Grant = OAuthGrant.Code,
        UsesPkce = true,
        TokenHelp = manifest.TokenHelp,
        Overlap = manifest.Limits.Overlap,
        ReadLag = manifest.Limits.ReadLag,
        TellsChangeTime = true,
        ConditionalWrites = true,
        Webhooks = PartnerWebhooks.Format(manifest),
        Kinds = [.. manifest.Kinds.Select(KindOf)],
        Settings = new Dictionary<string, SystemSetting>
        {
            ["apiBase"] = new(manifest.Address.AbsoluteUri, "The base address of the server, above oauth/ and v1/."),
            ["clientId"] = new("", $"The id of the application that {manifest.DisplayName} issued."),
            ["clientSecret"] = new("", "The secret of that application.", Secret: true),
            ["scope"] = new("read write", "What is asked for."),
            ["pageSize"] = new(manifest.Limits.PageSize.ToString(CultureInfo.InvariantCulture), "Records a page."),
            [VendorPipeline.PaceSetting] = new(manifest.Limits.CallsPerMinute?.ToString(CultureInfo.InvariantCulture) ?? "", "Calls of a connection in a minute; blank for no limit."),
            [VendorPipeline.ConcurrencySetting] = new(manifest.Limits.ConcurrentCalls.ToString(CultureInfo.InvariantCulture), "Calls of a connection at the same time."),
        }.ToImmutableDictionary(),
    };

    private static SystemKind KindOf(PartnerKind kind) => new(kind.Name, kind.Parent, kind.ListsChanges, kind.Searchable)
    {
        Fields = [.. kind.Fields.Select(field => new SystemField(field.Name, field.Type, !(kind.ReadOnly || field.ReadOnly), field.MaxLength))],
    };

    private static PartnerManifest Read(string name, string json) => PartnerManifest.TryParse(json, out var manifest, out var problems)
        ? manifest
        : throw new InvalidOperationException($"The manifest {name} is wrong. {string.Join(" ", problems)}");

    private static string Resource(string name)
    {
        using var reader = new StreamReader(typeof(PartnerCatalog).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
