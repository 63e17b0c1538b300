using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Problems;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Manage;

/// <summary>A vendor call that failed: never a body, a token or a query string.</summary>
/// <param name="Kind">What it was about, in the vendor's own word.</param>
/// <param name="RecordId">The record that it was about; null for lists, and for one that was to be made.</param>
/// <param name="Project">The link of the project for which it was made; null where it was for none, or for several.</param>
public sealed record ApiCallView(
    string Connection, DateTimeOffset At, string System, string Method, string Path, int? Status, string? Failure, string? Message, int DurationMilliseconds, string? Kind, string? RecordId, string? Project)
{
    public static ApiCallView Of(string connection, FailedCall call) => new(
        connection, call.At, call.System, call.Method, call.Path, call.Status, call.Failure, call.Message, (int)call.Duration.TotalMilliseconds, call.Kind, call.RecordId, call.Project?.Value);
}

/// <summary>The failed calls of a connection, or the newest of all connections of the tenant; for one project, if it is named.</summary>
public sealed class ListApiCalls(Finder finder, ConnectionStore connections, SeenConnections seen, ApiCallLog calls)
{
    [Function(nameof(ListApiCalls))]
    [Needs(Role.Viewer)]
    [Answers(typeof(ListView<ApiCallView>))]
    [Asks("connection", "continuation", "limit", "project")]
    public async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "manage/v1/tenants/{tenant}/api-calls")] HttpRequest request, string tenant, CancellationToken cancellation)
    {
        var owner = await finder.TenantAsync(tenant, cancellation);
        var limit = request.Limit();
        var project = request.Text("project") is { } link ? new LinkId(link) : (LinkId?)null;
        var isSeen = await seen.WhollyAsync(request.Caller(), owner.Id, cancellation);
        if (request.Text("connection") is { } name)
        {
            var connection = (await finder.ConnectionAsync(tenant, name, cancellation)).Value;
            if (!isSeen(connection.Id)) throw ProblemException.NotFound("connection");
            var page = await calls.ListAsync(owner.Id, connection.Id, request.Text("continuation"), limit, cancellation, project);
            return Json.Ok(new ListView<ApiCallView>([.. page.Items.Select(call => ApiCallView.Of(name, call))], page.Continuation));
        }

        var all = (await connections.ListAsync(owner.Id, cancellation)).Select(connection => connection.Value.Id).Where(isSeen).ToList();
        var newest = await calls.ListAsync(owner.Id, all, request.Text("continuation"), limit, cancellation, project);
        return Json.Ok(new ListView<ApiCallView>([.. newest.Items.Select(item => ApiCallView.Of(item.Connection.Value, item.Call))], newest.Continuation));
    }
}
