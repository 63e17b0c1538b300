using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.Engine;
using SyncFunctions.Pairs;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <param name="ImportFrom">The side that an import brings older records over from.</param>
/// <param name="ImportGoesLive">An import makes a flow live; otherwise it is a clean-up beside it.</param>
/// <param name="ValueMaps">The maps of values that a flow may have.</param>
/// <param name="WatchesProspects">A flow can react to what becomes of a prospect.</param>
public sealed record PairView(
    string Name,
    string DisplayName,
    string LeftSystem,
    string RightSystem,
    IReadOnlyList<PairKindView> Kinds,
    FlowSettings Defaults,
    Side ImportFrom,
    bool ImportGoesLive,
    IReadOnlyList<string> ValueMaps,
    bool WatchesProspects)
{
    public static PairView Of(Pair pair) => new(
        pair.Name,
        pair.DisplayName,
        pair.LeftSystem,
        pair.RightSystem,
        [.. pair.Kinds.Select(PairKindView.Of)],
        pair.Defaults,
        pair.ImportFrom,
        pair.ImportGoesLive,
        [.. pair.Kinds.SelectMany(kind => kind.Fields).Select(field => field.ValueMap).OfType<string>().Distinct()],
        pair.Kinds.Any(kind => kind.Fields.Any(field => field.Event == FieldMap.Prospect)));
}

/// <summary>What a flow has of a kind unless the tenant chooses otherwise.</summary>
/// <param name="Parent">The kind whose records hold these one to one.</param>
/// <param name="PartOf">The kind inside whose records these live, each with an id of its own.</param>
/// <param name="WhenArchived">Null where records of the kind cannot be archived.</param>
/// <param name="Substance">A record in which all of these are blank does not flow, unless the tenant wants it.</param>
/// <param name="LocksStatusesOn">The side on which a status can lock a record; null where none can.</param>
public sealed record PairKindView(
    string Name,
    string LeftKind,
    string RightKind,
    string? Parent,
    string? PartOf,
    bool IsReference,
    Direction NewRecords,
    Side Master,
    LifecyclePolicy WhenGone,
    LifecyclePolicy? WhenArchived,
    OnNoMatch OnNoMatch,
    AutoPause? AutoPause,
    IReadOnlyList<string> Substance,
    Side? LocksStatusesOn)
{
    public static PairKindView Of(KindMap kind) => new(
        kind.Name,
        kind.LeftKind,
        kind.RightKind,
        kind.Parent,
        kind.PartOf,
        kind.IsReference,
        kind.NewRecords,
        kind.Master,
        kind.WhenGone,
        kind.Fields.Any(field => field.Name == KindMap.Lifecycle) ? kind.WhenArchived : null,
        kind.OnNoMatch,
        kind.AutoPause,
        kind.Substance,
        kind.StatusLock?.Side);
}

public sealed class ListPairs(PairCatalog pairs)
{
    [Function(nameof(ListPairs))]
    [Needs(Role.Viewer)]
    [Answers(typeof(ListView<PairView>))]
    [Asks("continuation", "limit")]
    public IActionResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/pairs")] HttpRequest request)
    {
        var page = pairs.All.Page(pair => pair.Name, request.Text("continuation"), request.Limit(Query.MaxLimit));
        return new JsonAnswer<ListView<PairView>>(StatusCodes.Status200OK, new ListView<PairView>([.. page.Items.Select(PairView.Of)], page.Continuation)) { Packed = true };
    }
}
