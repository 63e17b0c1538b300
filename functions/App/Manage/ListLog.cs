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

public sealed record LogView(
    DateTimeOffset At,
    LogSeverity Level,
    string Code,
    string Text,
    string? WhatToDo,
    string? Kind,
    Side? Side,
    string? RecordId,
    string? Label,
    string? LinkId,
    string? RunId,
    ImmutableSortedDictionary<string, string> Values)
{
    public static LogView Of(LogEntry entry) => new(
        entry.At,
        entry.Level,
        entry.Code,
        entry.Text,
        entry.WhatToDo,
        entry.Kind,
        entry.Side,
        entry.RecordId,
        entry.Label,
        entry.LinkId?.Value,
        entry.RunId?.Value,
        entry.Values);
}

public sealed class ListLog(Finder finder, IntegrationLog log)
{
    [Function(nameof(ListLog))]
    [Needs(Role.Viewer)]
    [Answers(typeof(ListView<LogView>))]
    [Asks("code", "continuation", "kind", "level", "limit", "link", "project", "recordId", "run")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/tenants/{tenant}/flows/{flow}/log")] HttpRequest request,
        string tenant,
        string flow,
        CancellationToken cancellation)
    {
        var found = await finder.FlowAsync(tenant, flow, cancellation);
        var filter = new LogFilter
        {
            Kind = request.Text("kind"),
            Level = request.Choice<LogSeverity>("level"),
            Code = request.Text("code"),
            Run = request.Text("run") is { } run ? new RunId(run) : null,
            RecordId = request.Text("recordId"),
            Link = request.Text("link") is { } link ? new LinkId(link) : null,
            Project = request.Text("project") is { } project ? new LinkId(project) : null,
        };
        var page = await log.ListAsync(found.Key, filter, request.Text("continuation"), request.Limit(), cancellation);
        return Json.Ok(new ListView<LogView>([.. page.Items.Select(LogView.Of)], page.Continuation));
    }
}
