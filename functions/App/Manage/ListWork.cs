using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Problems;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <param name="Since">Since when it waits.</param>
public sealed record WorkView(
    string Kind, Side Side, string RecordId, WorkReason Reason, DateTimeOffset DueAt, DateTimeOffset Since, int Attempts, string? Detail, AwaitedRecord? Awaits, string? LinkId)
{
    public static WorkView Of(WorkItem item) => new(
        item.Kind,
        item.Side,
        item.RecordId,
        item.Reason,
        item.DueAt,
        item.FirstAt,
        item.Attempts,
        item.Detail,
        item is { AwaitsKind: { } kind, AwaitsSide: { } side, AwaitsRecordId: { } record } ? new AwaitedRecord(kind, side, record) : null,
        item.Link?.Value);
}

public sealed record AwaitedRecord(string Kind, Side Side, string RecordId);

public sealed class ListWork(Finder finder, LinkStore links)
{
    [Function(nameof(ListWork))]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "manage/v1/tenants/{tenant}/flows/{flow}/work")] HttpRequest request,
        string tenant,
        string flow,
        CancellationToken cancellation)
    {
        var found = await finder.FlowAsync(tenant, flow, cancellation);
        var limit = request.Limit();
        var kinds = request.Text("kind") is { } kind ? [found.Kind(kind, "?kind")] : found.Pair.Kinds;
        var work = await Task.WhenAll(kinds.Select(map => links.WorkAsync(found.Links(map), limit, cancellation)));
        return Json.Ok(new ListView<WorkView>([.. work.SelectMany(items => items).Select(item => WorkView.Of(item.Value)).OrderBy(item => item.DueAt).Take(limit)]));
    }
}
