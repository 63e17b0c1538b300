using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using SyncFunctions.Local;

namespace SyncFunctions.Up;

/// <summary>Fills the simulated Total Synergy, runs the import of the setup wizard, and prints what it took.</summary>
public sealed class Load : IDisposable
{
    // The person who signs in: known on both sides, as the wizard wants it.
    private const string AdminEmail = "admin@demo.example";

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

    /// <summary>Makes the records, and the person who signs in on both sides.</summary>
    public async Task FillAsync(LoadData data, CancellationToken cancellation)
    {
        _terminal.Line($"Filling the simulated Total Synergy with {data.Total:N0} {data.What} …");
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

    /// <summary>Runs the import; true when both sides hold the same afterwards and every record is linked.</summary>
    public async Task<bool> ImportAsync(CancellationToken cancellation)
    {
        var wizard = new Wizard(_api);
        await wizard.PrepareAsync([], cancellation);
        var storage = await _stack.Azurite.CountRequestsAsync(cancellation);
        await _left.ClearStatsAsync(cancellation);
        await _right.ClearStatsAsync(cancellation);
        var clock = Stopwatch.StartNew();
        await wizard.StartImportAsync(cancellation);
        var import = await wizard.WatchAsync(run => _terminal.Line(Progress(run, clock.Elapsed, DateTimeOffset.UtcNow)), cancellation);
        var elapsed = import.GetProperty("completedAt").GetDateTimeOffset() - import.GetProperty("startedAt").GetDateTimeOffset();
        storage = await _stack.Azurite.CountRequestsAsync(cancellation) - storage;
        var calls = (Left: await _left.CallsAsync(cancellation), Right: await _right.CallsAsync(cancellation));

        var (left, right) = (await _left.CountsAsync(cancellation), await _right.CountsAsync(cancellation));
        PrintFigures(Kinds.Sum(kind => left[kind.Left]), elapsed, storage, calls);
        var report = import.GetProperty("report").GetProperty("kinds").EnumerateArray().ToDictionary(kind => kind.GetProperty("kind").GetString()!);
        var recount = Kinds.Select(kind => new
        {
            kind.Kind,
            Left = left[kind.Left],
            Right = right[kind.Right],
            Linked = report[kind.Kind].GetProperty("linked").GetInt32(),
            Failed = report[kind.Kind].GetProperty("failed").GetInt32(),
        }).ToList();
        _terminal.Table(
            ["Recount", "Total Synergy", "tiny+", "linked", "failed", "Result"],
            recount.Select(kind => (string[])
                [kind.Kind, $"{kind.Left:N0}", $"{kind.Right:N0}", $"{kind.Linked:N0}", $"{kind.Failed:N0}", kind.Left == kind.Right && kind.Left == kind.Linked ? "equal" : "DIFFERENT"]));
        return recount.All(kind => kind.Left == kind.Right && kind.Left == kind.Linked);
    }

    public void Dispose()
    {
        _left.Dispose();
        _right.Dispose();
    }

    /// <summary>How far an import is, by kind and in all, as one line.</summary>
    public static string Progress(JsonElement run, TimeSpan elapsed, DateTimeOffset now)
    {
        var line = new StringBuilder($"{elapsed:hh\\:mm\\:ss}");
        foreach (var kind in run.GetProperty("counts").EnumerateObject())
        {
            var (done, total) = (kind.Value.GetProperty("done").GetInt32(), kind.Value.GetProperty("total").GetInt32());
            line.Append($"  {kind.Name} {done:N0}{(total > 0 ? $"/{total:N0}" : "")}");
        }

        if (run.GetProperty("perMinute") is { ValueKind: JsonValueKind.Number } pace)
            line.Append($"  {pace.GetDouble() / 60:N0} a second");
        if (run.GetProperty("estimatedEndAt") is { ValueKind: JsonValueKind.String } end)
            line.Append($"  {Math.Max(0, (end.GetDateTimeOffset() - now).TotalSeconds):N0} s left");
        return line.ToString();
    }

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
