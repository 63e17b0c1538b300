using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Problems;
using SyncFunctions.Connectors;

namespace SyncFunctions.App.Manage;

public sealed record SystemView(
    string System,
    string DisplayName,
    OAuthGrant Grant,
    string? TokenHelp,
    IReadOnlyList<string> TokenParts,
    bool HasWebhooks,
    IReadOnlyList<SystemKindView> Kinds,
    IReadOnlyList<SettingView> Settings,
    IReadOnlyDictionary<string, int> DailyCalls)
{
    public static SystemView Of(SystemCatalog catalog) => new(
        catalog.System,
        catalog.DisplayName,
        catalog.Grant,
        catalog.TokenHelp,
        catalog.TokenParts,
        catalog.Webhooks is not null,
        [.. catalog.Kinds.Select(kind => new SystemKindView(kind.Name, kind.ParentKind))],
        [
            .. catalog.Settings
                .OrderBy(setting => setting.Value.Kind).ThenBy(setting => setting.Key, StringComparer.Ordinal)
                .Select(setting => new SettingView(setting.Key, setting.Value.Default, setting.Value.Help, setting.Value.Kind, setting.Value.Secret)),
        ],
        catalog.DailyCalls);
}

public sealed record SystemKindView(string Name, string? ParentKind);

/// <param name="Scope">Who sets it: the operator of the app for all connections, or each connection.</param>
public sealed record SettingView(string Name, string Default, string Help, SettingScope Scope, bool Secret);

public sealed class ListSystems(Systems systems)
{
    [Function(nameof(ListSystems))]
    public IActionResult Run([HttpTrigger(AuthorizationLevel.Function, "get", Route = "manage/v1/systems")] HttpRequest request) =>
        Json.Ok(new ListView<SystemView>([.. systems.Catalogs.Select(SystemView.Of)]));
}
