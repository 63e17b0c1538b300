using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>
/// host.json (comments allowed). Settings named <c>AzureFunctionsJobHost__…</c> override it, except for the route prefix, which an
/// isolated worker reads from the file alone.
/// </summary>
internal sealed partial class HostJson
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(30);
    private readonly IConfiguration _settings;
    private readonly string[] _only;

    public HostJson(string directory, IConfiguration settings)
    {
        _settings = settings;
        var file = new ConfigurationBuilder().AddJsonFile(Path.Combine(directory, "host.json"), optional: true).Build();
        RoutePrefix = (file["extensions:http:routePrefix"] ?? "api").Trim('/');
        Root = new ConfigurationBuilder()
            .AddConfiguration(file)
            .AddInMemoryCollection(settings.GetSection("AzureFunctionsJobHost").AsEnumerable(makePathsRelative: true))
            .Build();
        FunctionTimeout = Root["functionTimeout"] switch
        {
            null or "" => DefaultTimeout,
            "-1" => Timeout.InfiniteTimeSpan,
            var text when TimeSpan.TryParse(text, out var limit) && limit > TimeSpan.Zero => limit,
            var text => throw new InvalidOperationException($"host.json: functionTimeout '{text}' is neither a time such as 00:10:00 nor -1."),
        };
        _only = [.. Root.GetSection("functions").GetChildren().Select(child => child.Value).OfType<string>()];
    }

    public IConfiguration Root { get; }

    public string RoutePrefix { get; }

    /// <summary>The longest a function may run; infinite when host.json says -1.</summary>
    public TimeSpan FunctionTimeout { get; }

    /// <summary>Whether the function of that name is looked at: all are, unless <c>functions</c> lists some.</summary>
    public bool Runs(string function) => _only.Length == 0 || _only.Contains(function, StringComparer.OrdinalIgnoreCase);

    /// <summary>The section that holds <c>logLevel</c>.</summary>
    public IConfigurationSection Logging => Root.GetSection("logging");

    public IConfigurationSection Http => Root.GetSection("extensions:http");

    public IConfigurationSection Queues => Root.GetSection("extensions:queues");

    public IConfigurationSection DurableTask => Root.GetSection("extensions:durableTask");

    /// <summary>Replaces each <c>%Name%</c> by the setting of that name.</summary>
    /// <exception cref="InvalidOperationException">There is no such setting.</exception>
    public string Expand(string text) => Placeholder().Replace(text, match => _settings[match.Groups["name"].Value]
        ?? throw new InvalidOperationException($"'{match.Value}' does not resolve to a value."));

    [GeneratedRegex("%(?<name>[^%]+)%", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Placeholder();
}
