using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Connections;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.Connectors;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <summary>Counts of a list of projects.</summary>
/// <param name="All">Whatever their state.</param>
/// <param name="Shown">Those that the filters let through, on all pages.</param>
/// <param name="ByStatus">Of all.</param>
/// <param name="ByState">Of all.</param>
public sealed record ProjectTotals(int All, int Shown, IReadOnlyDictionary<string, int> ByStatus, IReadOnlyDictionary<string, int> ByState);

/// <param name="Name">The board, as on the left.</param>
public sealed record ProjectGroup(string Name, int Count);

/// <param name="Site">Where people use the left system.</param>
/// <param name="Enabled">The integration as a whole: off means that every project of it pauses.</param>
/// <param name="ReferencesAt">When reference data was read last.</param>
/// <param name="SweptAt">When every record of both sides was looked at last.</param>
/// <param name="Groups">The boards of what is shown, in the order of the list; null where it is not grouped.</param>
public sealed record ProjectListView(
    IReadOnlyList<ProjectView> Items,
    string? Continuation,
    Uri? Site,
    bool Enabled,
    DateTimeOffset? WentLiveAt,
    DateTimeOffset? ReferencesAt,
    DateTimeOffset? SweptAt,
    DateTimeOffset? DisconnectedAt,
    ProjectTotals Totals,
    IReadOnlyList<ProjectGroup>? Groups);

/// <summary>How far each project of a flow is synchronised.</summary>
public sealed class ListProjects(Finder finder, ProjectLists projects, ConnectionStore connections, Systems systems, SystemSettings settings, TimeProvider time)
{
    [Function(nameof(ListProjects))]
    [Needs(Role.Viewer)]
    [Answers(typeof(ProjectListView))]
    [Asks("continuation", "groupBy", "limit", "search", "showArchived", "showDisabled", "sort")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/tenants/{tenant}/flows/{flow}/projects")] HttpRequest request,
        string tenant,
        string flow,
        CancellationToken cancellation)
    {
        var found = await finder.FlowAsync(tenant, flow, cancellation);
        found.ProjectKind();
        var byBoard = request.Text("groupBy") is { } group && (group == "board" ? true : throw Query.Invalid("groupBy", "board"));
        var order = ProjectOrder.Parse(request.Text("sort"), byBoard) ?? throw Query.Invalid("sort", "customer, name, board, lastSync, status or externalId, or one of them after a minus");
        var after = request.Text("continuation") is { } text ? ProjectOrder.Place.Parse(text) ?? throw Query.Invalid("continuation", "one of an answer") : null;
        var (disabled, archived) = (request.Text("showDisabled") == "true", request.Text("showArchived") == "true");
        var words = request.Text("search")?.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) ?? [];
        var limit = request.Limit();

        var read = projects.AllAsync(found.Key, cancellation);
        var site = SiteAsync(found, cancellation);
        var now = time.GetUtcNow();
        var all = (await read).Select(project => ProjectView.Of(project, found.Flow, now)).ToList();
        var shown = all.Where(project => IsShown(project, disabled, archived) && Array.TrueForAll(words, word => Has(project, word)))
            .Select(project => (Place: order.PlaceOf(project), Project: project))
            .OrderBy(item => item.Place, order)
            .ToList();
        var rest = after is null ? shown : shown.FindAll(item => order.Compare(item.Place, after) > 0);
        var page = rest.Take(limit).ToList();
        return Json.Ok(new ProjectListView(
            page.ConvertAll(item => item.Project),
            rest.Count > limit ? page[^1].Place.ToContinuation() : null,
            await site,
            found.Flow.Enabled,
            found.Flow.WentLiveAt,
            found.Flow.ReferencesAt,
            found.Flow.SweptAt,
            found.Flow.DisconnectedAt,
            new ProjectTotals(all.Count, shown.Count, Count(all, project => project.Status), Count(all, project => project.State)),
            byBoard ? [.. shown.CountBy(item => item.Project.Board, StringComparer.OrdinalIgnoreCase).Select(board => new ProjectGroup(board.Key, board.Value))] : null));
    }

    /// <summary>Disconnected ones are among the disabled.</summary>
    private static bool IsShown(ProjectView project, bool disabled, bool archived) => project.State == ProjectState.Archived ? archived : project.Enabled || disabled;

    private static bool Has(ProjectView project, string word) =>
        Has(project.Customer, word) || Has(project.Name, word) || Has(project.LeftName, word) || Has(project.ExternalId, word) || Has(project.RightId, word) || Has(project.Board, word);

    private static bool Has(string? text, string word) => text?.Contains(word, StringComparison.OrdinalIgnoreCase) == true;

    private static ImmutableSortedDictionary<string, int> Count<T>(List<ProjectView> projects, Func<ProjectView, T> by)
        where T : struct, Enum => projects.CountBy(by).ToImmutableSortedDictionary(count => Json.ToNode(count.Key)!.GetValue<string>(), count => count.Value);

    private async Task<Uri?> SiteAsync(FoundFlow flow, CancellationToken cancellation) =>
        systems.Find(flow.Pair.LeftSystem)?.Catalog is { } catalog && await connections.GetAsync(flow.Key.Tenant, flow.Flow.Left, cancellation) is { } connection
            ? catalog.Site(settings.Of(catalog, connection.Value))
            : null;
}
