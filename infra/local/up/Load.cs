using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using SyncFunctions.Local;

namespace SyncFunctions.Up;

/// <summary>Fills the simulated Total Synergy, runs the import of the setup wizard, and prints what it took.</summary>
public sealed class Load : IDisposable
{
    // The person who signs in: known on both sides, as the wizard wants it.
    private const string AdminEmail = "admin@demo.example";

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>The flow's kinds with the vendors' names for them.</summary>
    private static readonly (string Kind, string Left, string Right)[] Kinds =
        [("staff", "staff", "team_members"), ("company", "contacts", "companies"), ("contact", "personnel", "contacts"), ("project", "projects", "projects")];

    private readonly Launcher _stack;
    private readonly ManagementApi _api;
    private readonly Terminal _terminal;
    private readonly SimClient _left;
    private readonly SimClient _right;

    public Load(Launcher stack, ManagementApi api, Terminal terminal)
    {
        (_stack, _api, _terminal) = (stack, api, terminal);
        _left = new SimClient(stack.State.Vendors[Launcher.Synergy]);
        _right = new SimClient(stack.State.Vendors[Launcher.TinyPlus]);
    }

    /// <summary>True when both sides hold the same afterwards.</summary>
    public async Task<bool> RunAsync(LoadData data, CancellationToken cancellation)
    {
        _terminal.Line($"Filling the simulated Total Synergy with {data.Total:N0} {data.What} …");
        await FillAsync(data, cancellation);
        await SetUpAsync(cancellation);

        var storage = await _stack.Azurite.CountRequestsAsync(cancellation);
        await _left.ClearStatsAsync(cancellation);
        await _right.ClearStatsAsync(cancellation);
        var clock = Stopwatch.StartNew();
        await _api.PostAsync($"{DemoTenant.FlowPath}/setup/import", new JsonObject(), cancellation);
        await WatchAsync(clock, cancellation);
        var elapsed = clock.Elapsed;
        storage = await _stack.Azurite.CountRequestsAsync(cancellation) - storage;

        var calls = (Left: await _left.CallsAsync(cancellation), Right: await _right.CallsAsync(cancellation));
        var (left, right) = (await _left.CountsAsync(cancellation), await _right.CountsAsync(cancellation));
        var records = Kinds.Sum(kind => left[kind.Left]);
        PrintFigures(records, elapsed, storage, calls);
        _terminal.Table(
            ["Recount", "Total Synergy", "tiny+", ""],
            Kinds.Select(kind => (string[])[kind.Kind, $"{left[kind.Left]:N0}", $"{right[kind.Right]:N0}", left[kind.Left] == right[kind.Right] ? "equal" : "DIFFERENT"]));
        return Kinds.All(kind => left[kind.Left] == right[kind.Right]);
    }

    public void Dispose()
    {
        _left.Dispose();
        _right.Dispose();
    }

    private async Task FillAsync(LoadData data, CancellationToken cancellation)
    {
        await _left.CreateAllAsync("statuses", [new JsonObject { ["name"] = "Active", ["statusTypeId"] = 2 }], cancellation);
        await _left.CreateAllAsync("staff", [new JsonObject { ["firstName"] = "Account", ["lastName"] = "Administrator", ["email"] = AdminEmail }, .. data.Staff], cancellation);
        await _right.CreateAllAsync("team_members", [new JsonObject { ["first_name"] = "Account", ["last_name"] = "Administrator", ["email_address"] = AdminEmail }], cancellation);
        var companies = await _left.CreateAllAsync("contacts", data.Companies, cancellation);
        await _left.CreateAllAsync("personnel", In(data.Personnel, "companyId"), cancellation);
        await _left.CreateAllAsync("projects", In(data.Projects, "primaryContactId"), cancellation);

        IEnumerable<JsonNode> In(IEnumerable<(JsonObject Record, int Company)> records, string field)
        {
            foreach (var (record, company) in records)
            {
                record[field] = companies[company];
                yield return record;
            }
        }
    }

    private async Task SetUpAsync(CancellationToken cancellation)
    {
        var team = await _api.GetAsync($"{DemoTenant.FlowPath}/setup/team", cancellation);
        var suggested = team.GetProperty("suggestions").EnumerateArray()
            .ToDictionary(suggestion => suggestion.GetProperty("leftId").ToString(), suggestion => suggestion.GetProperty("rightId").ToString());
        var matches = team.GetProperty("left").EnumerateArray().Select(member => member.GetProperty("id").ToString())
            .Select(id => new JsonObject { ["leftId"] = id, ["rightId"] = suggested.GetValueOrDefault(id) });
        await _api.PutAsync($"{DemoTenant.FlowPath}/setup/team", new JsonObject { ["matches"] = new JsonArray([.. matches]) }, cancellation);
        await _api.PutAsync($"{DemoTenant.FlowPath}/setup/stages", new JsonObject { ["stages"] = new JsonArray() }, cancellation);
    }

    private async Task WatchAsync(Stopwatch clock, CancellationToken cancellation)
    {
        while (true)
        {
            var import = await _api.GetAsync($"{DemoTenant.FlowPath}/setup/import", cancellation);
            _terminal.Line($"{clock.Elapsed:hh\\:mm\\:ss}  {Progress(import)}");
            if (import.GetProperty("completedAt").ValueKind != JsonValueKind.Null)
                return;
            await Task.Delay(Pause, cancellation);
        }
    }

    private static string Progress(JsonElement import) => import.ToString();

    private void PrintFigures(int records, TimeSpan elapsed, AzuriteRequests storage, (int Left, int Right) calls)
    {
        string PerRecord(long count) => $"{(double)count / records:0.00} a record ({count:N0})";
        _terminal.Table(
            ["Import", ""],
            [
                ["Records", $"{records:N0} in {elapsed.TotalSeconds:N1} s: {records / elapsed.TotalSeconds:N0} a second"],
                ["Storage operations", PerRecord(storage.Total)],
                ["  tables", PerRecord(storage.Table)],
                ["  queues", PerRecord(storage.Queue)],
                ["  blobs", PerRecord(storage.Blob)],
                ["Calls to Total Synergy", PerRecord(calls.Left)],
                ["Calls to tiny+", PerRecord(calls.Right)],
                ["Machine", $"{Environment.ProcessorCount} cores, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1024.0 * 1024 * 1024):0.0} GiB, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}"],
            ]);
    }
}
