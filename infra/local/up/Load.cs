using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SyncFunctions.Up;

/// <summary>Fills the simulated Total Synergy, runs the import of the setup wizard, and measures what it takes.</summary>
public sealed class Load : IDisposable
{
    // The person who signs in: known on both sides, as the wizard wants it.
    private const string AdminEmail = "admin@demo.example";

    /// <summary>An estimate counts from this part of the work on.</summary>
    private const double WorthEstimating = 0.05;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>The flow's kinds with the vendors' names for them.</summary>
    private static readonly (string Kind, string Left, string Right)[] Kinds =
        [("staff", "staff", "team_members"), ("company", "contacts", "companies"), ("contact", "personnel", "contacts"), ("project", "projects", "projects")];

    private readonly Launcher _stack;
    private readonly ManagementApi _api;
    private readonly Terminal _terminal;
    private readonly SimClient _left;
    private readonly SimClient _right;

    private Load(Launcher stack, ManagementApi api, Terminal terminal)
    {
        (_stack, _api, _terminal) = (stack, api, terminal);
        _left = new SimClient(stack.State.Vendors[Launcher.Synergy]);
        _right = new SimClient(stack.State.Vendors[Launcher.TinyPlus]);
    }

    /// <summary>Makes the records, connects both systems and imports.</summary>
    /// <param name="data">The records.</param>
    /// <param name="latency">What a call to a vendor takes beside the vendor's own work.</param>
    /// <param name="stack">With vendors that hold nothing yet.</param>
    /// <param name="api">The stack's management API.</param>
    /// <param name="terminal">Told how it goes.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="UpFailure">The import failed.</exception>
    public static async Task<ImportFigures> RunAsync(
        LoadData data, TimeSpan latency, Launcher stack, ManagementApi api, Terminal terminal, CancellationToken cancellation)
    {
        using var load = new Load(stack, api, terminal);
        await load.FillAsync(data, cancellation);
        await new DemoTenant(api, terminal).ConnectAsync(stack, goLive: false, cancellation);
        if (latency > TimeSpan.Zero)
        {
            await load._left.SetLatencyAsync(latency, cancellation);
            await load._right.SetLatencyAsync(latency, cancellation);
        }

        return await load.ImportAsync(latency, cancellation);
    }

    public void Dispose()
    {
        _left.Dispose();
        _right.Dispose();
    }

    /// <summary>Makes the records, and the person who signs in on both sides.</summary>
    private async Task FillAsync(LoadData data, CancellationToken cancellation)
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

    private async Task<ImportFigures> ImportAsync(TimeSpan latency, CancellationToken cancellation)
    {
        var wizard = new Wizard(_api);
        await wizard.PrepareAsync([], cancellation);
        var before = await _right.CountsAsync(cancellation);
        await _left.ClearStatsAsync(cancellation);
        await _right.ClearStatsAsync(cancellation);
        using var use = StackUse.Begin(_stack.State);
        var storage = await _stack.Azurite.CountRequestsAsync(cancellation);
        var clock = Stopwatch.StartNew();
        DateTimeOffset? estimate = null;
        await wizard.StartImportAsync(cancellation);
        var import = await wizard.WatchAsync(Pause, Tell, cancellation);
        storage = await _stack.Azurite.CountRequestsAsync(cancellation) - storage;
        var used = use.End(_stack.State);

        var run = import.GetProperty("run");
        var (startedAt, endedAt) = (run.GetProperty("startedAt").GetDateTimeOffset(), run.GetProperty("endedAt").GetDateTimeOffset());
        var (left, right) = (await _left.CountsAsync(cancellation), await _right.CountsAsync(cancellation));
        var report = import.GetProperty("report").GetProperty("kinds").EnumerateArray().ToDictionary(kind => kind.GetProperty("kind").GetString()!);
        return new ImportFigures
        {
            Machine = Machine.Read(),
            Latency = latency,
            Seconds = (endedAt - startedAt).TotalSeconds,
            Storage = storage,
            Calls = [.. Calls(Launcher.Synergy, await _left.CallsAsync(cancellation)), .. Calls(Launcher.TinyPlus, await _right.CallsAsync(cancellation))],
            FewestCalls = await FewestCallsAsync(left, right, before, cancellation),
            Use = used,
            Functions = FunctionTime.Of(used.AppLog),
            EstimateError = estimate is { } estimated ? Math.Abs((estimated - endedAt).TotalSeconds) / (endedAt - startedAt).TotalSeconds : null,
            Recount =
            [
                .. from kind in Kinds
                   let ofKind = report[kind.Kind]
                   select new KindRecount(kind.Kind, left[kind.Left], right[kind.Right], ofKind.GetProperty("linked").GetInt32(), ofKind.GetProperty("failed").GetInt32()),
            ],
        };

        void Tell(JsonElement progress)
        {
            _terminal.Line(Progress(progress, clock.Elapsed, DateTimeOffset.UtcNow));
            estimate ??= Estimate(progress);
        }

        static IEnumerable<VendorCalls> Calls(string system, IEnumerable<SimCalls> calls) =>
            calls.Select(call => new VendorCalls(system, call.Method, call.Path, call.Status, call.Count));
    }

    /// <summary>
    /// Both sides are listed once in the largest pages, what the right side lacks is created there, and the stages of a project can only
    /// be had one project at a time.
    /// </summary>
    private async Task<int> FewestCallsAsync(
        IReadOnlyDictionary<string, int> left, IReadOnlyDictionary<string, int> right, IReadOnlyDictionary<string, int> rightBefore, CancellationToken cancellation)
    {
        var (leftPage, rightPage) = (await _left.MaxPageSizeAsync(cancellation), await _right.MaxPageSizeAsync(cancellation));
        return Kinds.Sum(kind => Pages(left[kind.Left], leftPage) + Pages(rightBefore[kind.Right], rightPage) + right[kind.Right] - rightBefore[kind.Right])
            + left["projects"];

        static int Pages(int records, int size) => Math.Max(1, (records + size - 1) / size);
    }

    private static DateTimeOffset? Estimate(JsonElement run) =>
        run.GetProperty("total") is { ValueKind: JsonValueKind.Number } total && run.GetProperty("done").GetInt32() >= total.GetInt32() * WorthEstimating
            && run.GetProperty("estimatedEndAt") is { ValueKind: JsonValueKind.String } end
            ? end.GetDateTimeOffset()
            : null;

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
}
