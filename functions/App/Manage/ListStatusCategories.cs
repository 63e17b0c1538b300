using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <param name="Chosen">By a person; otherwise the app has guessed the category.</param>
public sealed record StatusCategory(string Id, string Name, string Category, bool Chosen, bool Inactive);

/// <param name="Id">Null for the one list of a vendor without boards.</param>
/// <param name="Stands">By category, the status that a record gets that comes from the other side; null where none of the board belongs to it.</param>
public sealed record BoardCategories(string? Id, string Name, IReadOnlyList<StatusCategory> Statuses, IReadOnlyDictionary<string, string?> Stands);

/// <param name="Side">The side with the lists.</param>
/// <param name="Default">The category of a status that is in none.</param>
public sealed record KindCategories(string Kind, string Field, Side Side, IReadOnlyList<string> Categories, string Default, IReadOnlyList<BoardCategories> Boards)
{
    public static KindCategories Of(KindMap kind, FieldMap field, FlowSettings settings)
    {
        var status = field.Status!;
        return new KindCategories(
            kind.Name,
            field.Name,
            status.Side,
            status.Categories,
            status.Default,
            [.. settings.StatusBoards.GetValueOrDefault(kind.Name, []).Select(board => new BoardCategories(
                board.Id,
                board.Name,
                [.. board.Statuses.Select(item => new StatusCategory(item.Id, item.Name, settings.CategoryOf(kind.Name, board, item), settings.StatusCategories.Find(kind.Name, board.Name, item.Name) is not null, item.IsInactive))],
                status.Categories.ToImmutableDictionary(category => category, category => settings.StatusFor(kind.Name, board, category)?.Name)))]);
    }
}

/// <summary>Into which category each status of each board falls, and which status stands for each category: what the settings <c>statusCategories</c> and <c>statusDefaults</c> change.</summary>
public sealed class ListStatusCategories(Finder finder)
{
    [Function(nameof(ListStatusCategories))]
    [Needs(Role.Viewer)]
    [Answers(typeof(ListView<KindCategories>))]
    [Asks("continuation", "limit")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/tenants/{tenant}/flows/{flow}/status-categories")] HttpRequest request,
        string tenant,
        string flow,
        CancellationToken cancellation)
    {
        var found = await finder.FlowAsync(tenant, flow, cancellation);
        var mapped = from kind in found.Pair.Kinds from field in kind.Fields where field.Status is not null select KindCategories.Of(kind, field, found.Flow.Settings);
        var page = mapped.Page(list => $"{list.Kind}.{list.Field}", request.Text("continuation"), request.Limit(Query.MaxLimit));
        return Json.Ok(new ListView<KindCategories>(page.Items, page.Continuation));
    }
}
