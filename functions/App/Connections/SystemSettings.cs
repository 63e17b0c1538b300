using System.Collections.Immutable;
using SyncFunctions.App.Problems;
using SyncFunctions.App.Settings;
using SyncFunctions.Connectors;
using SyncFunctions.State;

namespace SyncFunctions.App.Connections;

/// <summary>What a connector is told: the system's defaults, over them the app's settings <c>Systems__{system}__{setting}</c>, over them the connection's own.</summary>
public sealed class SystemSettings(AppSettings app)
{
    /// <summary>The setting that says which organisation of the account is meant, in every system that has several in one account.</summary>
    public const string Organisation = "organisation";

    /// <summary>The setting that says which of the vendor's plans, with their budgets, the account has.</summary>
    public const string Plan = "plan";

    public ImmutableDictionary<string, string> Of(SystemCatalog catalog, StoredConnection connection)
    {
        var set = app.Systems.GetValueOrDefault(catalog.System);
        var settings = catalog.Settings.ToImmutableDictionary(
            setting => setting.Key,
            setting => (setting.Value.Kind == SettingScope.Connection ? connection.Settings.GetValueOrDefault(setting.Key) : null)
                ?? set?.GetValueOrDefault(setting.Key)
                ?? setting.Value.Default);

        // Where nobody had to choose, the organisation is the one that was found when the credentials were checked.
        return settings.TryGetValue(Organisation, out var chosen) && chosen.Length == 0 && connection.AccountId is { } account
            ? settings.SetItem(Organisation, account)
            : settings;
    }

    /// <summary>What a tenant may read of a connection's settings.</summary>
    public ImmutableSortedDictionary<string, string> Shown(SystemCatalog catalog, StoredConnection connection) =>
        Of(catalog, connection)
            .Where(setting => catalog.Settings[setting.Key] is { Kind: SettingScope.Connection, Secret: false })
            .ToImmutableSortedDictionary();

    /// <summary>A connection's own settings with <paramref name="changes"/> over them; null takes a setting back to its default.</summary>
    /// <exception cref="ProblemException">The system has no such setting, or it is not the tenant's to set.</exception>
    public static ImmutableDictionary<string, string> Merge(
        SystemCatalog catalog, ImmutableDictionary<string, string> settings, IReadOnlyDictionary<string, string?>? changes)
    {
        var check = new BodyCheck();
        foreach (var (name, value) in changes ?? ImmutableDictionary<string, string?>.Empty)
        {
            var at = $"#/settings/{Uri.EscapeDataString(name)}";
            if (catalog.Settings.GetValueOrDefault(name) is not { Kind: SettingScope.Connection })
                check.Add(at, $"Connections to {catalog.DisplayName} have no such setting.");
            else if (value is { Length: > 1000 } || value?.Any(char.IsControl) == true)
                check.Add(at, "A setting has at most 1000 visible characters.");
            else if (name == Plan && value is not null && !catalog.DailyCalls.IsEmpty && !catalog.DailyCalls.ContainsKey(value))
                check.Add(at, $"The plans of {catalog.DisplayName} are {string.Join(", ", catalog.DailyCalls.Keys.Order())}.");
            else
                settings = value is null ? settings.Remove(name) : settings.SetItem(name, value);
        }

        check.Refuse();
        return settings;
    }
}
