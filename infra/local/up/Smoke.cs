using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SyncFunctions.Up;

/// <summary>A field of the other side and what it must hold; the name may be a path such as <c>phones.phone</c>.</summary>
public sealed record Expected(string Field, JsonNode Value);

/// <summary>
/// One record's life in a direction: made in the source system, edited, archived, each in the vendor's own field names, with what the
/// other system must show afterwards.
/// </summary>
public sealed record SmokeRecord
{
    /// <summary>The kind as the flow calls it.</summary>
    public required string Kind { get; init; }

    public required string Source { get; init; }

    public required string SourceKind { get; init; }

    public required string Target { get; init; }

    public required string TargetKind { get; init; }

    /// <summary>A word that only this record holds, in one of its own texts on either side.</summary>
    public required string Word { get; init; }

    public required JsonObject Created { get; init; }

    public required IReadOnlyList<Expected> AfterCreate { get; init; }

    public required JsonObject Edited { get; init; }

    public required IReadOnlyList<Expected> AfterEdit { get; init; }

    public required Expected AfterArchive { get; init; }

    /// <summary>The source's field that names the record's company, and the company.</summary>
    public (string Field, SmokeRecord Company)? In { get; init; }
}

/// <summary>
/// One create, one edit and one archive of every kind in every direction that the pair allows. Each has to arrive within a minute;
/// afterwards every record is there exactly once on both sides and has exactly one link.
/// </summary>
public sealed class Smoke : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    private readonly ManagementApi _api;
    private readonly Terminal _terminal;
    private readonly string _logs;
    private readonly Dictionary<string, SimClient> _vendors;
    private readonly List<IReadOnlyList<string>> _rows = [];
    private readonly Dictionary<SmokeRecord, Life> _lives = [];
    private bool _failed;

    public Smoke(Launcher stack, ManagementApi api, Terminal terminal)
    {
        (_api, _terminal, _logs) = (api, terminal, stack.State.Logs);
        _vendors = stack.State.Vendors.ToDictionary(vendor => vendor.Key, vendor => new SimClient(vendor.Value));
    }

    /// <summary>Runs everything and prints the table; true when all arrived once.</summary>
    public async Task<bool> RunAsync(CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var records = SmokeRecords.Create();
        foreach (var record in records)
            _lives[record] = new Life();
        await Task.WhenAll(records.Select(record => LiveAsync(record, cancellation)));
        foreach (var record in records)
            await CheckOnceAsync(record, cancellation);

        _terminal.Table(["Kind", "From", "To", "Change", "Seconds", "Result"], _rows.OrderBy(row => row[0]).ThenBy(row => row[1]));
        _terminal.Line(_failed
            ? $"Smoke test FAILED after {clock.Elapsed.TotalSeconds:0} s; the logs are in {_logs}."
            : $"Smoke test passed in {clock.Elapsed.TotalSeconds:0} s: every change arrived, no record was doubled.");
        return !_failed;
    }

    public void Dispose()
    {
        foreach (var vendor in _vendors.Values)
            vendor.Dispose();
    }

    // Nothing one record does waits for another's, but for a company: it is linked before its people come and archived after they went.
    private async Task LiveAsync(SmokeRecord record, CancellationToken cancellation)
    {
        try
        {
            if (record.In is var (field, company))
                record.Created[field] = long.Parse((await _lives[company].Linked.Task).SourceId);
            await LiveAsync(record, _vendors[record.Source], _vendors[record.Target], cancellation);
        }
        catch (UpFailure problem)
        {
            Note(record, "run", "", problem.Message);
        }
        finally
        {
            _lives[record].Linked.TrySetException(new UpFailure($"The {record.Kind} '{record.Word}' did not arrive."));
            _lives[record].Over.TrySetResult();
        }
    }

    private async Task LiveAsync(SmokeRecord record, SimClient source, SimClient target, CancellationToken cancellation)
    {
        var id = "";
        var targetId = "";
        var arrived = await StepAsync(
            record,
            "create",
            async () => id = (await source.CreateAsync(record.SourceKind, record.Created, cancellation)).GetProperty("id").ToString(),
            async () =>
            {
                if (await target.FindAsync(record.TargetKind, record.Word, cancellation) is not [var found, ..])
                    return "it is not there";
                targetId = found.GetProperty("id").ToString();
                return Difference(found, record.AfterCreate);
            },
            cancellation);
        if (!arrived)
            return;

        _lives[record].Linked.SetResult((id, targetId));
        await StepAsync(
            record,
            "edit",
            () => source.UpdateAsync(record.SourceKind, id, record.Edited, cancellation),
            async () => Difference(await target.GetAsync(record.TargetKind, targetId, cancellation), record.AfterEdit),
            cancellation);
        await Task.WhenAll(_lives.Where(life => life.Key.In?.Company == record).Select(life => life.Value.Over.Task));
        await StepAsync(
            record,
            "archive",
            () => source.ArchiveAsync(record.SourceKind, id, cancellation),
            async () => Difference(await target.GetAsync(record.TargetKind, targetId, cancellation), [record.AfterArchive]),
            cancellation);
    }

    /// <summary>Makes a change and waits for it on the other side; what <paramref name="missing"/> still lacks then is the result.</summary>
    private async Task<bool> StepAsync(SmokeRecord record, string change, Func<Task> make, Func<Task<string?>> missing, CancellationToken cancellation)
    {
        await make();
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var lacking = await missing();
            if (lacking is null || clock.Elapsed > Patience)
            {
                Note(record, change, clock.Elapsed.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture), lacking);
                return lacking is null;
            }

            await Task.Delay(Poll, cancellation);
        }
    }

    private async Task CheckOnceAsync(SmokeRecord record, CancellationToken cancellation)
    {
        if (!_lives[record].Linked.Task.IsCompletedSuccessfully)
            return;
        var (sourceId, targetId) = await _lives[record].Linked.Task;
        var there = (await _vendors[record.Source].FindAsync(record.SourceKind, record.Word, cancellation)).Count;
        var here = (await _vendors[record.Target].FindAsync(record.TargetKind, record.Word, cancellation)).Count;
        var (leftId, rightId) = record.Source == Launcher.Synergy ? (sourceId, targetId) : (targetId, sourceId);
        var links = (await _api.GetAsync($"{DemoTenant.FlowPath}/links?kind={record.Kind}&leftId={leftId}", cancellation)).GetProperty("items");
        var linked = links.GetArrayLength() == 1 && links[0].GetProperty("rightId").ToString() == rightId;
        Note(record, "recount", "", (there, here, linked) switch
        {
            (1, 1, true) => null,
            (1, 1, false) => $"{links.GetArrayLength()} links of left {leftId}, expected one to right {rightId}",
            _ => $"{there} in {record.Source}, {here} in {record.Target}, expected one each",
        });
    }

    private void Note(SmokeRecord record, string change, string seconds, string? wrong)
    {
        lock (_rows)
            _rows.Add([record.Kind, record.Source, record.Target, change, seconds, wrong ?? "ok"]);
        _failed |= wrong is not null;
        _terminal.Line($"{record.Kind} {record.Source} → {record.Target}: {change} {(wrong is null ? "ok" : $"FAILED: {wrong}")} {(seconds.Length > 0 ? $"({seconds} s)" : "")}".TrimEnd());
    }

    /// <summary>The first expected field that a record does not hold as expected, or null.</summary>
    public static string? Difference(JsonElement record, IEnumerable<Expected> expected)
    {
        foreach (var (field, value) in expected)
        {
            var found = field.Split('.').Aggregate(record, (part, name) => part.ValueKind == JsonValueKind.Object && part.TryGetProperty(name, out var inner) ? inner : default);
            var text = found.ValueKind == JsonValueKind.Undefined ? "nothing" : found.ToString();
            if (text != value.ToString() && !(value.GetValueKind() is JsonValueKind.True or JsonValueKind.False && text.Equals(value.ToString(), StringComparison.OrdinalIgnoreCase)))
                return $"{field} is '{text}', expected '{value}'";
        }

        return null;
    }

    private sealed class Life
    {
        /// <summary>The record's ids once it has arrived.</summary>
        public TaskCompletionSource<(string SourceId, string TargetId)> Linked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Over { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
