using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using SyncFunctions.Up;

namespace SyncFunctions.Benchmarks;

/// <summary>Tickets of ConnectWise that have tasks in Moovila, in a flow that hears of changes by webhook alone.</summary>
internal sealed class ToldTickets : IDisposable
{
    private const int PerProject = 40;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    private readonly List<(string Ticket, string Task)> _linked = [];
    private int _edits;

    private ToldTickets(StateFile stack) => (Left, Right) = (new SimClient(stack.Vendors[Launcher.ConnectWise]), new SimClient(stack.Vendors[Launcher.Moovila]));

    public SimClient Left { get; }

    public SimClient Right { get; }

    public int Count => _linked.Count;

    /// <summary>Makes the tickets, imports them, and waits until both vendors call.</summary>
    public static async Task<ToldTickets> MakeAsync(int count, Launcher stack, ManagementApi api, Terminal terminal, CancellationToken cancellation)
    {
        var made = new ToldTickets(stack.State);
        try
        {
            await made.ImportAsync(count, stack, api, terminal, cancellation);
            return made;
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }

    public Task EditAsync(int number, CancellationToken cancellation) =>
        Left.UpdateAsync("tickets", _linked[number % Count].Ticket, new JsonObject { ["summary"] = $"{Title(number % Count)} edit {Interlocked.Increment(ref _edits)}" }, cancellation);

    /// <summary>Until the task says what the ticket does.</summary>
    public async Task EditAndWaitAsync(int number, CancellationToken cancellation)
    {
        var (ticket, task) = _linked[number % Count];
        await EditAsync(number, cancellation);
        var until = DateTimeOffset.UtcNow + Patience;
        while (Text(await Left.GetAsync("tickets", ticket, cancellation), "summary") is var wanted && Text(await Right.GetAsync("tasks", task, cancellation), "title") is var found && wanted != found)
        {
            if (DateTimeOffset.UtcNow > until) throw new UpFailure($"'{wanted}' did not arrive within {Patience.TotalSeconds:0} s: the task says '{found}'.");
            await Task.Delay(Poll, cancellation);
        }
    }

    /// <summary>How many tasks say something else than their tickets.</summary>
    public async Task<int> DifferentAsync(CancellationToken cancellation)
    {
        var tickets = (await Left.ListAsync("tickets", cancellation)).ToDictionary(record => Text(record, "id"), record => Text(record, "summary"));
        var tasks = (await Right.ListAsync("tasks", cancellation)).ToDictionary(record => Text(record, "id"), record => Text(record, "title"));
        return _linked.Count(linked => tickets[linked.Ticket] != tasks[linked.Task]);
    }

    public void Dispose()
    {
        Left.Dispose();
        Right.Dispose();
    }

    private async Task ImportAsync(int count, Launcher stack, ManagementApi api, Terminal terminal, CancellationToken cancellation)
    {
        var board = (await Left.FindAsync("boards", "Project Board", cancellation))[0].GetProperty("id").GetInt64();
        var projects = await Left.CreateAllAsync(
            "projects",
            Enumerable.Range(0, (count + PerProject - 1) / PerProject).Select(number => new JsonObject
            {
                ["name"] = $"Rollout {number}", ["board"] = board, ["billingMethod"] = "ActualRates", ["estimatedStart"] = "2026-01-05", ["estimatedEnd"] = "2026-12-18",
            }),
            cancellation);
        var ids = await Left.CreateAllAsync("tickets", Enumerable.Range(0, count).Select(number => new JsonObject { ["summary"] = Title(number), ["project"] = projects[number / PerProject] }), cancellation);

        var demonstration = new DemoTenant(api, terminal);
        await demonstration.ConnectAsync(stack, goLive: false, cancellation);
        await demonstration.ConnectProjectsAsync(stack, cancellation);

        // A poll would find what a lost webhook was to tell.
        await api.PatchAsync(DemoTenant.ProjectsFlowPath, new JsonObject { ["pollEverySeconds"] = 24 * 60 * 60 }, cancellation);
        var tasks = (await Right.ListAsync("tasks", cancellation)).ToLookup(task => Text(task, "title"), task => Text(task, "id"));
        for (var number = 0; number < count; number++) _linked.Add((ids[number].ToString(CultureInfo.InvariantCulture), tasks[Title(number)].Single()));
        foreach (var system in new[] { Launcher.ConnectWise, Launcher.Moovila }) await UntilToldAsync(api, DemoTenant.Connections[system], cancellation);
    }

    private static async Task UntilToldAsync(ManagementApi api, string connection, CancellationToken cancellation)
    {
        var until = DateTimeOffset.UtcNow + Patience;
        while (true)
        {
            var webhook = (await api.GetAsync($"tenants/{DemoTenant.Tenant}/connections/{connection}", cancellation)).GetProperty("webhook");
            if (webhook is { ValueKind: JsonValueKind.Object } && webhook.GetProperty("registered") is { ValueKind: JsonValueKind.True }) return;
            if (DateTimeOffset.UtcNow > until) throw new UpFailure($"{connection} was not told where its webhooks go: {webhook}");
            await Task.Delay(Poll, cancellation);
        }
    }

    private static string Title(int number) => $"Step {number.ToString("D6", CultureInfo.InvariantCulture)}";

    private static string Text(JsonElement record, string field) => record.GetProperty(field).ToString();
}
