using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.App.Sync;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <param name="Since">Since when it waits.</param>
/// <param name="LinkId">Of a part without a link: its project's.</param>
public sealed record WorkView(
    string Kind, Side Side, string RecordId, WorkReason Reason, DateTimeOffset DueAt, DateTimeOffset Since, int Attempts, string? Detail, AwaitedRecord? Awaits, string? LinkId)
{
    /// <summary>What people call it; null where nobody has seen it.</summary>
    public string? Name { get; init; }

    /// <summary>Its own link.</summary>
    public string? Link { get; init; }

    /// <summary>What people call the record that it waits for.</summary>
    public string? AwaitsName { get; init; }

    public static WorkView Of(WorkItem item) => new(
        item.Kind,
        item.Side,
        item.RecordId,
        item.Reason,
        item.DueAt,
        item.FirstAt,
        item.Attempts,
        item.Detail,
        item.Awaits,
        item.Link?.Value);
}

/// <summary>Rows of the work list as people read them.</summary>
public sealed class WorkViews(RecordNames names)
{
    public async Task<IReadOnlyList<WorkView>> OfAsync(FlowKey flow, IEnumerable<WorkItem> items, CancellationToken cancellation)
    {
        var shown = items.OrderBy(item => item.DueAt).ToList();
        var known = await names.OfAsync(flow, shown.SelectMany(Named), cancellation);
        return shown.ConvertAll(item =>
        {
            var own = known.GetValueOrDefault(Own(item));
            return WorkView.Of(item) with { Name = own?.Name, Link = own?.Link?.Value, AwaitsName = item.Awaits is { } awaits ? known.GetValueOrDefault(awaits)?.Name : null };
        });
    }

    private static IEnumerable<AwaitedRecord> Named(WorkItem item) => item.Awaits is { } awaits ? [Own(item), awaits] : [Own(item)];

    private static AwaitedRecord Own(WorkItem item) => new(item.Kind, item.Side, item.RecordId);
}

/// <summary>What waits, and for what; those that are due first stand first within a page.</summary>
public sealed class ListWork(Finder finder, LinkStore links, WorkViews views)
{
    [Function(nameof(ListWork))]
    [Needs(Role.Viewer)]
    [Answers(typeof(ListView<WorkView>))]
    [Asks("continuation", "kind", "limit", "reason")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/tenants/{tenant}/flows/{flow}/work")] HttpRequest request,
        string tenant,
        string flow,
        CancellationToken cancellation)
    {
        var found = await finder.FlowAsync(tenant, flow, cancellation);
        var limit = request.Limit();
        var kinds = request.Text("kind") is { } kind ? [found.Kind(kind, "?kind")] : found.Pair.Kinds;
        var reason = request.Choice<WorkReason>("reason");

        // Kind by kind: the continuation names the kind and the row it goes on after.
        var (current, after) = request.Text("continuation")?.Split(' ', 2) is [var name, var row] ? (name, row) : (kinds[0].Name, null);
        var items = new List<WorkItem>();
        string? continuation = null;
        foreach (var map in kinds.SkipWhile(map => map.Name != current))
        {
            var page = await links.WorkPageAsync(found.Links(map), reason, after, limit - items.Count, cancellation);
            items.AddRange(page.Items.Select(item => item.Value));
            after = null;
            if (page.Continuation is { } next) continuation = $"{map.Name} {next}";
            else if (items.Count == limit && kinds.Last() != map) continuation = $"{kinds[kinds.IndexOf(map) + 1].Name} ";
            if (continuation is not null) break;
        }

        return Json.Ok(new ListView<WorkView>(await views.OfAsync(found.Key, items, cancellation), continuation));
    }
}
