using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Problems;
using SyncFunctions.Engine;
using SyncFunctions.Pairs;

namespace SyncFunctions.App.Manage;

public sealed record PairView(string Name, string DisplayName, string LeftSystem, string RightSystem, IReadOnlyList<PairKindView> Kinds, FlowSettings Defaults)
{
    public static PairView Of(Pair pair) => new(
        pair.Name,
        pair.DisplayName,
        pair.LeftSystem,
        pair.RightSystem,
        [.. pair.Kinds.Select(kind => new PairKindView(kind.Name, kind.LeftKind, kind.RightKind, kind.Parent, kind.NewRecords, kind.Master, kind.WhenGone))],
        pair.Defaults);
}

public sealed record PairKindView(string Name, string LeftKind, string RightKind, string? Parent, Direction NewRecords, Side Master, LifecyclePolicy WhenGone);

public sealed class ListPairs(PairCatalog pairs)
{
    [Function(nameof(ListPairs))]
    public IActionResult Run([HttpTrigger(AuthorizationLevel.Function, "get", Route = "manage/v1/pairs")] HttpRequest request) =>
        Json.Ok(new ListView<PairView>([.. pairs.All.Select(PairView.Of)]));
}
