using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;
using SyncFunctions.App.Connect;
using SyncFunctions.App.Contract;

namespace SyncFunctions.App.Dashboard;

/// <summary>The dashboard for people: files that are the same for everybody, and ask the management API for what they show.</summary>
public sealed class GetDashboard(DashboardFiles files)
{
    [Function(nameof(GetDashboard))]
    [Open("Its files hold nothing of a tenant.")]
    [Answers(StatusCodes.Status200OK, MediaType = "text/html")]
    [Answers(StatusCodes.Status404NotFound, MediaType = "text/html")]
    public IActionResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "app/{*path}")] HttpRequest request) =>
        files.Find(request.RouteValues["path"] as string ?? "") is { } file
            ? file
            : new HtmlPage(StatusCodes.Status404NotFound, "There is no such page", "The dashboard begins at /api/app.");
}
