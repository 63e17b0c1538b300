using System.Globalization;
using System.Text.Json.Nodes;

namespace SyncFunctions.Up;

/// <summary>
/// Projects of ConnectWise and Moovila: what was imported is there with all that is inside, and a change made in one shows in the other by
/// webhook within two seconds (median), while projects cool down between their runs.
/// </summary>
public sealed class ProjectsSmoke(Launcher stack, ManagementApi api, Terminal terminal) : IDisposable
{
    private const int Edits = 5;
    private const string Project = "Office 365 migration";
    private const string Ticket = "List all mailboxes";

    private readonly SmokeSteps _steps = new(stack, api, terminal, Launcher.ConnectWise, Launcher.Moovila);

    public async Task<bool> RunAsync(CancellationToken cancellation)
    {
        var project = await SmokeSteps.OneAsync(_steps.Left, "projects", Project, cancellation);
        var mirror = await SmokeSteps.OneAsync(_steps.Right, "projects", Project, cancellation);
        var ticket = await SmokeSteps.OneAsync(_steps.Left, "tickets", Ticket, cancellation);
        var task = await SmokeSteps.OneAsync(_steps.Right, "tasks", Ticket, cancellation);
        foreach (var (kind, inside) in new[] { ("phases", "Discovery"), ("assignments", SmokeSteps.Id(task)), ("timeLogs", "412 mailboxes") })
            await _steps.WaitAsync($"imported {kind}", async () => (await _steps.Right.FindAsync(kind, inside, cancellation)).Count == 1 ? null : "it is not there once", cancellation, counts: false);
        _steps.Expect("imported project", mirror, [new("status", "Active"), new("boardName", "Project Board"), new("plannedHours", "120"), new("externalId", SmokeSteps.Id(project))]);
        await _steps.UntilHooksAsync(cancellation);
        if (_steps.IsWrong) return _steps.Tell("Projects");

        for (var number = 1; number <= Edits; number++)
        {
            await _steps.EditAsync("ticket", (_steps.Left, "tickets", SmokeSteps.Id(ticket), "summary"), (_steps.Right, "tasks", SmokeSteps.Id(task), "title"), $"{Ticket}, {number}", cancellation);
            await _steps.EditAsync("task", (_steps.Right, "tasks", SmokeSteps.Id(task), "title"), (_steps.Left, "tickets", SmokeSteps.Id(ticket), "summary"), $"{Ticket}, back {number}", cancellation);
            await _steps.EditAsync("project", (_steps.Left, "projects", SmokeSteps.Id(project), "description"), (_steps.Right, "projects", SmokeSteps.Id(mirror), "description"), $"Mailboxes, then files ({number}).", cancellation);
        }

        await _steps.EditAsync("status of a task", (_steps.Right, "tasks", SmokeSteps.Id(task), "status"), (_steps.Left, "tickets", SmokeSteps.Id(ticket), "status.name"), "InProgress", cancellation, "In Progress");
        await _steps.CreateAsync("ticket", (_steps.Left, "tickets"), new JsonObject { ["summary"] = "Count the printers", ["project"] = long.Parse(SmokeSteps.Id(project), CultureInfo.InvariantCulture) }, (_steps.Right, "tasks"), "Count the printers", cancellation);
        await _steps.CreateAsync("task", (_steps.Right, "tasks"), new JsonObject { ["title"] = "Unplug the fax", ["projectId"] = SmokeSteps.Id(mirror) }, (_steps.Left, "tickets"), "Unplug the fax", cancellation);
        await _steps.CreateAsync("phase", (_steps.Right, "phases"), new JsonObject { ["name"] = "Celebration", ["projectId"] = SmokeSteps.Id(mirror) }, (_steps.Left, "phases"), "Celebration", cancellation);

        return _steps.Tell("Projects");
    }

    public void Dispose() => _steps.Dispose();
}
