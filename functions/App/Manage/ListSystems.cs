using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.Connectors;
using SyncFunctions.State;

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
        [.. catalog.Kinds.Select(kind => new SystemKindView(kind.Name, kind.ParentKind, kind.Fields, [.. kind.Further.Select(further => further.Pattern)]))],
        [
            .. catalog.Settings
                .OrderBy(setting => setting.Value.Kind).ThenBy(setting => setting.Key, StringComparer.Ordinal)
                .Select(setting => new SettingView(setting.Key, setting.Value.Default, setting.Value.Help, setting.Value.Kind, setting.Value.Secret, setting.Value.Required)),
        ],
        catalog.DailyCalls);
}

/// <param name="Further">Names of fields that each account makes for itself, with a star for what it calls them.</param>
public sealed record SystemKindView(string Name, string? ParentKind, IReadOnlyList<SystemField> Fields, IReadOnlyList<string> Further);

/// <param name="Scope">Who sets it: the operator of the app for all connections, or each connection.</param>
/// <param name="Required">Whether a connection can't be made without it.</param>
public sealed record SettingView(string Name, string Default, string Help, SettingScope Scope, bool Secret, bool Required);

public sealed class ListSystems(Systems systems)
{
    [Function(nameof(ListSystems))]
    [Needs(Role.Viewer)]
    [Answers(typeof(ListView<SystemView>))]
    [Asks("continuation", "limit")]
    public IActionResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/systems")] HttpRequest request)
    {
        var page = systems.Catalogs.Page(catalog => catalog.System, request.Text("continuation"), request.Limit(Query.MaxLimit));
        return new JsonAnswer<ListView<SystemView>>(StatusCodes.Status200OK, new ListView<SystemView>([.. page.Items.Select(SystemView.Of)], page.Continuation)) { Packed = true };
    }
}
