using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
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

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Median = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    private readonly SimClient _left = new(stack.State.Vendors[Launcher.ConnectWise]);
    private readonly SimClient _right = new(stack.State.Vendors[Launcher.Moovila]);
    private readonly List<(string What, double Seconds)> _took = [];
    private readonly List<string> _wrong = [];

    public async Task<bool> RunAsync(CancellationToken cancellation)
    {
        var project = await OneAsync(_left, "projects", Project, cancellation);
        var mirror = await OneAsync(_right, "projects", Project, cancellation);
        var ticket = await OneAsync(_left, "tickets", Ticket, cancellation);
        var task = await OneAsync(_right, "tasks", Ticket, cancellation);
        foreach (var (kind, inside) in new[] { ("phases", "Discovery"), ("assignments", Id(task)), ("timeLogs", "412 mailboxes") })
            await WaitAsync($"imported {kind}", async () => (await _right.FindAsync(kind, inside, cancellation)).Count == 1 ? null : "it is not there once", cancellation, counts: false);
        Expect("imported project", mirror, [new("status", "Active"), new("boardName", "Project Board"), new("plannedHours", "120"), new("externalId", Id(project))]);
        await UntilHooksAsync(cancellation);
        if (_wrong.Count > 0) return Tell();

        for (var number = 1; number <= Edits; number++)
        {
            await EditAsync("ticket", (_left, "tickets", Id(ticket), "summary"), (_right, "tasks", Id(task), "title"), $"{Ticket}, {number}", cancellation);
            await EditAsync("task", (_right, "tasks", Id(task), "title"), (_left, "tickets", Id(ticket), "summary"), $"{Ticket}, back {number}", cancellation);
            await EditAsync("project", (_left, "projects", Id(project), "description"), (_right, "projects", Id(mirror), "description"), $"Mailboxes, then files ({number}).", cancellation);
        }

        await EditAsync("status of a task", (_right, "tasks", Id(task), "status"), (_left, "tickets", Id(ticket), "status.name"), "InProgress", cancellation, "In Progress");
        await CreateAsync("ticket", (_left, "tickets"), new JsonObject { ["summary"] = "Count the printers", ["project"] = long.Parse(Id(project), CultureInfo.InvariantCulture) }, (_right, "tasks"), "Count the printers", cancellation);
        await CreateAsync("task", (_right, "tasks"), new JsonObject { ["title"] = "Unplug the fax", ["projectId"] = Id(mirror) }, (_left, "tickets"), "Unplug the fax", cancellation);
        await CreateAsync("phase", (_right, "phases"), new JsonObject { ["name"] = "Celebration", ["projectId"] = Id(mirror) }, (_left, "phases"), "Celebration", cancellation);

        return Tell();
    }

    private bool Tell()
    {
        var median = _took.Count == 0 ? TimeSpan.MaxValue : TimeSpan.FromSeconds(_took.Select(change => change.Seconds).Order().ElementAt(_took.Count / 2));
        if (median > Median) _wrong.Add($"the median of {median.TotalSeconds:0.0} s is longer than {Median.TotalSeconds:0} s");
        terminal.Table(
            ["Change", "Times", "Median s", "Longest s"],
            _took.GroupBy(change => change.What).Select(group => (IReadOnlyList<string>)[group.Key, $"{group.Count()}", $"{Middle(group):0.00}", $"{group.Max(change => change.Seconds):0.00}"]));
        foreach (var wrong in _wrong) terminal.Line($"FAILED: {wrong}");
        terminal.Line(_wrong.Count == 0
            ? $"Projects passed: {_took.Count} changes by webhook, median {median.TotalSeconds:0.00} s."
            : $"Projects FAILED; the logs are in {stack.State.Logs}.");
        return _wrong.Count == 0;

        static double Middle(IEnumerable<(string What, double Seconds)> changes) => changes.Select(change => change.Seconds).Order().ToList() is var all ? all[all.Count / 2] : 0;
    }

    public void Dispose()
    {
        _left.Dispose();
        _right.Dispose();
    }

    private static string Id(JsonElement record) => record.GetProperty("id").ToString();

    /// <summary>Both vendors call from when the app has registered with them, which it does by itself once the flow is live.</summary>
    private Task UntilHooksAsync(CancellationToken cancellation) => WaitAsync(
        "webhooks registered",
        async () =>
        {
            foreach (var system in new[] { Launcher.ConnectWise, Launcher.Moovila })
            {
                var connection = await api.GetAsync($"tenants/{DemoTenant.Tenant}/connections/{DemoTenant.Connections[system]}", cancellation);
                if (!connection.TryGetProperty("webhook", out var hook) || hook.ValueKind != JsonValueKind.Object || !hook.TryGetProperty("registered", out var registered) || registered.ValueKind != JsonValueKind.True)
                    return $"{system} has none: {hook}";
            }

            return null;
        },
        cancellation,
        counts: false);

    private async Task<JsonElement> OneAsync(SimClient vendor, string kind, string words, CancellationToken cancellation) =>
        await vendor.FindAsync(kind, words, cancellation) is [var one] ? one : throw new UpFailure($"There is not one of {kind} with '{words}'.");

    private async Task EditAsync(
        string what, (SimClient Vendor, string Kind, string Id, string Field) from, (SimClient Vendor, string Kind, string Id, string Field) to, string value, CancellationToken cancellation, string? shown = null)
    {
        await from.Vendor.UpdateAsync(from.Kind, from.Id, new JsonObject { [from.Field] = value }, cancellation);
        await WaitAsync(
            $"edit of a {what} in {Name(from.Vendor)}",
            async () => Smoke.Difference(await to.Vendor.GetAsync(to.Kind, to.Id, cancellation), [new(to.Field, shown ?? value)]),
            cancellation);
    }

    private async Task CreateAsync(string what, (SimClient Vendor, string Kind) from, JsonObject record, (SimClient Vendor, string Kind) to, string words, CancellationToken cancellation)
    {
        await from.Vendor.CreateAsync(from.Kind, record, cancellation);
        await WaitAsync($"new {what} in {Name(from.Vendor)}", async () => (await to.Vendor.FindAsync(to.Kind, words, cancellation)).Count == 1 ? null : "it is not there once", cancellation);
    }

    private string Name(SimClient vendor) => vendor == _left ? Launcher.ConnectWise : Launcher.Moovila;

    private void Expect(string what, JsonElement record, IReadOnlyList<Expected> expected)
    {
        if (Smoke.Difference(record, expected) is { } wrong) _wrong.Add($"{what}: {wrong}");
    }

    private async Task WaitAsync(string what, Func<Task<string?>> missing, CancellationToken cancellation, bool counts = true)
    {
        var clock = Stopwatch.StartNew();
        while (await missing() is { } lacking)
        {
            if (clock.Elapsed > Patience)
            {
                _wrong.Add($"{what}: {lacking}");
                return;
            }

            await Task.Delay(Poll, cancellation);
        }

        if (counts) _took.Add((what, clock.Elapsed.TotalSeconds));
    }
}
