using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace SyncFunctions.Infra.Tests;

/// <summary>What the template gives the app against what the app and its host read.</summary>
internal sealed partial class SettingRules(IReadOnlyList<Declaration> app, string hostJson, IReadOnlyList<string> sources, string readme)
{
    private static readonly string[] _parts = ["credential", "clientId", "blobServiceUri", "queueServiceUri", "tableServiceUri"];

    // Settings of every OpenTelemetry SDK: https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables
    private const string OpenTelemetry = "OTEL_";

    // Set by the platform in every app.
    private static readonly ImmutableHashSet<string> _fromPlatform = ["WEBSITE_HOSTNAME"];

    private readonly string _code = string.Join('\n', sources);

    /// <summary>The settings that the template gives.</summary>
    public IReadOnlyDictionary<string, Expression> Values { get; } = Properties(app, app.OfType<Declaration.Resource>().Single(resource => resource.Type == "Microsoft.Web/sites/config").Body).ToDictionary();

    public IEnumerable<string> Supplied => Values.Keys;

    /// <summary>What the Functions host reads by itself, before the app's defaults are there.</summary>
    public IEnumerable<string> HostSettings() =>
        from name in Placeholder().Matches(_code + hostJson).Select(match => match.Groups[1].Value).Distinct()
        where !Supplied.Contains(name)
        select $"The host reads '{name}', which is not given";

    /// <summary>Each connection of a trigger, of host.json and of the host itself, by the app's identity.</summary>
    public IEnumerable<string> Connections() =>
        from connection in ConnectionNames()
        from part in _parts
        where !Supplied.Contains($"{connection}__{part}")
        select $"'{connection}__{part}' is not given";

    /// <summary>What the app reads is given, or described with its default.</summary>
    public IEnumerable<string> Reads() =>
        from name in Read().Matches(_code).Select(match => match.Groups[1].Value).Concat(Constant().Matches(_code).Select(match => match.Groups[1].Value)).Distinct()
        let setting = name.Replace(":", "__", StringComparison.Ordinal)
        where !Supplied.Contains(setting) && !_fromPlatform.Contains(setting) && !setting.StartsWith(OpenTelemetry, StringComparison.Ordinal) && !Documented(setting)
        select $"The app reads '{setting}', which is neither given nor described";

    /// <summary>What is given is read.</summary>
    public IEnumerable<string> Given() =>
        from name in Supplied
        where !Known.PlatformSettings.ContainsKey(name) && !ConnectionNames().Any(connection => _parts.Any(part => name == $"{connection}__{part}"))
        where !_code.Contains($"\"{name.Replace("__", ":", StringComparison.Ordinal)}\"", StringComparison.Ordinal)
        select $"'{name}' is given, but nothing reads it";

    /// <summary>
    /// None of the template's own is a reference to the vault: Azure follows those as soon as they are set, which is before the hook has
    /// made a secret, and again after a day.
    /// </summary>
    public IEnumerable<string> References() =>
        from setting in Values
        where setting.Value is Expression.Text { Parts: [Expression.Literal { Value: string start }, ..] } && start.StartsWith("@Microsoft.KeyVault", StringComparison.Ordinal)
        select $"'{setting.Key}' refers to a secret that is not there yet";

    public bool Documented(string setting) => readme.Contains($"`{setting}", StringComparison.Ordinal);

    private IEnumerable<string> ConnectionNames()
    {
        using var host = JsonDocument.Parse(hostJson);
        var durable = host.RootElement.GetProperty("extensions").GetProperty("durableTask").GetProperty("storageProvider").GetProperty("connectionName").GetString()!;
        var triggers = Trigger().Matches(_code).Select(match => Regex.Match(_code, $"class {match.Groups[1].Value}\\b|record {match.Groups[1].Value}\\b").Index)
            .Distinct().Select(declared => Connection().Match(_code, declared).Groups[1].Value);
        return triggers.Append(durable).Append("AzureWebJobsStorage").Distinct();
    }

    private static IEnumerable<KeyValuePair<string, Expression>> Properties(IReadOnlyList<Declaration> file, Expression expression) => expression switch
    {
        Expression.Object record when record.Find("properties") is { } properties => Properties(file, properties),
        Expression.Object record => record.Properties.Select(property => KeyValuePair.Create(Expression.Object.KeyOf(property.Key)!, property.Value)),
        Expression.Call { Function: "union" } union => union.Arguments.SelectMany(part => Properties(file, part)),
        Expression.Choice choice => Properties(file, choice.Then).Concat(choice.Else is null ? [] : Properties(file, choice.Else)),
        Expression.Name name => file.OfType<Declaration.Variable>().Where(variable => variable.Name == name.Id).SelectMany(variable => Properties(file, variable.Value)),
        _ => [],
    };

    [GeneratedRegex("\"%([A-Za-z]+)%\"")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"\breader\.\w+\(""([A-Z][\w:]*)""")]
    private static partial Regex Read();

    [GeneratedRegex(@"const string name = ""([A-Z]\w+)""")]
    private static partial Regex Constant();

    // Each names a constant of that name.
    [GeneratedRegex(@"QueueTrigger\([^)]*Connection = (\w+)\.Connection\)")]
    private static partial Regex Trigger();

    [GeneratedRegex(@"const string Connection = ""([^""]+)""")]
    private static partial Regex Connection();
}
