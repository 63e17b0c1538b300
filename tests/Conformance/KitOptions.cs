using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using SyncFunctions.Connectors.Partner;

namespace SyncFunctions.Conformance;

/// <summary>Which server is checked, and as what.</summary>
/// <param name="Base">Its base address, above <c>oauth/</c> and <c>v1/</c>.</param>
/// <param name="Token">An access token of an administrator.</param>
public sealed record KitOptions(Uri Base, string Token, PartnerManifest Manifest)
{
    public const string Usage =
        "usage: --base URL --token TOKEN [--manifest FILE] [--kind KIND]... [--client ID] [--secret SECRET --refresh-token TOKEN] [--listen URL --hook URL]\n"
        + "  --manifest       the system's manifest; Moovila's if left out\n"
        + "  --kind           a kind to check, more than once for more; all if left out\n"
        + "  --client …       the application, for the rules of OAuth; the refresh token is used up\n"
        + "  --listen, --hook where to listen for webhooks, and the address by which the server reaches that; a server on this machine needs neither";

    /// <summary>All kinds of the manifest if empty.</summary>
    public ImmutableArray<string> Kinds { get; init; } = [];

    public string? Client { get; init; }

    public string? Secret { get; init; }

    public string? RefreshToken { get; init; }

    public string? Listen { get; init; }

    public Uri? Hook { get; init; }

    public static bool TryParse(IReadOnlyList<string> args, [NotNullWhen(true)] out KitOptions? options, [NotNullWhen(false)] out string? error)
    {
        options = null;
        error = null;
        var given = new Dictionary<string, List<string>>();
        for (var i = 0; i < args.Count; i += 2)
        {
            if (args[i] is not ("--base" or "--token" or "--manifest" or "--kind" or "--client" or "--secret" or "--refresh-token" or "--listen" or "--hook") || i + 1 == args.Count)
            {
                error = $"Unknown option, or one without a value: {args[i]}.";
                return false;
            }

            if (!given.TryGetValue(args[i], out var values))
                given[args[i]] = values = [];
            values.Add(args[i + 1]);
        }

        string? One(string name) => given.GetValueOrDefault(name)?[^1];
        if (!Uri.TryCreate(One("--base") is { } address ? address.TrimEnd('/') + "/" : null, UriKind.Absolute, out var root) || One("--token") is not { } token)
        {
            error = "--base and --token are required.";
            return false;
        }

        var manifest = PartnerCatalog.Shipped.First(shipped => shipped.System == "moovila");
        if (One("--manifest") is { } file && !PartnerManifest.TryParse(File.ReadAllText(file), out manifest, out var problems))
        {
            error = $"The manifest is wrong:\n{string.Join('\n', problems)}";
            return false;
        }

        List<string> kinds = given.GetValueOrDefault("--kind") ?? [];
        options = new KitOptions(root, token, manifest!)
        {
            Kinds = [.. kinds],
            Client = One("--client"),
            Secret = One("--secret"),
            RefreshToken = One("--refresh-token"),
            Listen = One("--listen"),
            Hook = One("--hook") is { } hook ? new Uri(hook) : null,
        };
        error = kinds.Find(kind => manifest!.Kinds.All(known => known.Name != kind)) is { } unknown ? $"The manifest has no kind {unknown}." : null;
        return error is null;
    }

    /// <summary>No secret in a log.</summary>
    public override string ToString() => Base.AbsoluteUri;
}
