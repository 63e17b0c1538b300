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

/// <param name="Side">Of a record without a link; null where both sides have it.</param>
/// <param name="Place">Where it stands.</param>
/// <param name="Why">In words; the vendor's own where it refused.</param>
/// <param name="WhatToDo">What a person can do about it; null where the log does not say.</param>
/// <param name="KindOff">Its kind is switched off: nothing of it flows.</param>
/// <param name="Last">The last that the log says of it, where that is not long ago.</param>
/// <param name="LinkFirst">The next step: the record that has to be linked before this one can be; null where there is none.</param>
public sealed record FoundRecordView(
    string Kind, Side? Side, string? LeftId, string? LeftName, string? RightId, string? RightName, string? Link, RecordPlace Place, string Why, string? WhatToDo, bool KindOff, IReadOnlyList<WorkView> Work, LogView? Last, LinkFirst? LinkFirst);

/// <param name="Hindrances">What keeps every record of the flow from being synchronised, in words; none as a rule.</param>
public sealed record FoundRecords(IReadOnlyList<FoundRecordView> Items, string? Continuation, IReadOnlyList<string> Hindrances);

/// <summary>Records by name or id on either side, wherever they stand, and why: linked, held, waiting, given up, without a counterpart, or left alone.</summary>
public sealed class FindRecords(Finder finder, RecordSearch records, ConnectionStore connections, WorkViews views)
{
    [Function(nameof(FindRecords))]
    [Needs(Role.Viewer)]
    [Answers(typeof(FoundRecords))]
    [Asks("continuation", "kind", "limit", "search")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/tenants/{tenant}/flows/{flow}/records")] HttpRequest request,
        string tenant,
        string flow,
        CancellationToken cancellation)
    {
        var found = await finder.FlowAsync(tenant, flow, cancellation);
        var search = request.Text("search") ?? throw Query.Invalid("search", "a name or an id");

        // What lives inside records is much, and is seldom asked for.
        var kinds = request.Text("kind") is { } kind ? [found.Kind(kind, "?kind")] : found.Pair.Kinds.OrderBy(map => map.Parent is not null || map.PartOf is not null).ToList();
        var page = await records.RunAsync(found.Key, kinds, search.Trim(), request.Text("continuation"), request.Limit(otherwise: 50), cancellation);
        var work = (await views.OfAsync(found.Key, page.Items.SelectMany(record => record.Work), cancellation)).ToLookup(item => (item.Kind, item.Side, item.RecordId));
        return Json.Ok(new FoundRecords([.. page.Items.Select(record => ViewOf(found, record, work))], page.Continuation, await HindrancesAsync(found, cancellation)));
    }

    private static FoundRecordView ViewOf(FoundFlow flow, FoundRecord record, ILookup<(string, Side, string), WorkView> work) => new(
        record.Kind,
        record.Side,
        record.LeftId,
        record.LeftName,
        record.RightId,
        record.RightName,
        record.Link?.Value,
        record.Place,
        record.Why,
        record.Last?.WhatToDo,
        !flow.Flow.Settings.Kind(record.Kind).Enabled,
        [.. record.Work.SelectMany(item => work[(item.Kind, item.Side, item.RecordId)]).Distinct()],
        record.Last is { } last ? LogView.Of(last) : null,
        record.LinkFirst);

    private async Task<IReadOnlyList<string>> HindrancesAsync(FoundFlow flow, CancellationToken cancellation)
    {
        var told = new List<string>();
        if (!flow.Flow.Enabled) told.Add("The flow is switched off: nothing is synchronised by itself.");
        if (flow.Flow.WentLiveAt is null) told.Add("The flow has not gone live yet: nothing is synchronised by itself.");
        var stored = await connections.GetAllAsync(flow.Key.Tenant, [flow.Flow.Left, flow.Flow.Right], cancellation);
        told.AddRange(stored.Select(connection => connection.Value).Where(connection => connection.Health != ConnectionHealth.Connected).Select(connection => $"{connection.Name} has to be connected again: until then nothing goes to or comes from it."));
        return told;
    }
}
