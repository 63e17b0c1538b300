using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using SyncFunctions.Up;

namespace SyncFunctions.Benchmarks;

/// <summary>What the two users do, the vendors' bad moments, and the kills.</summary>
internal sealed class Walk(WalkPlan plan, Launcher stack, WalkedFlow flow, SimClient left, SimClient right)
{
    private static readonly string[] FaultKinds = ["408", "429", "500", "502", "503", "504", "reset", "dropAfterApply", "partialBody"];
    private static readonly double[] Pauses = [0, 0, 0, 0.1, 0.3, 0.6, 1.5];

    private readonly Random _random = new(plan.Seed);
    private int _number;

    public List<WalkedRecord> Records { get; } = [];

    public int Kills { get; private set; }

    public int Faults { get; private set; }

    public async Task RunAsync(CancellationToken cancellation)
    {
        for (var i = 0; i < plan.Operations; i++)
        {
            await StepAsync(cancellation);
            if (_random.NextDouble() < plan.Faults) await FailAsync(cancellation);
            if (_random.NextDouble() < plan.Kills) Kill();
            await Task.Delay(TimeSpan.FromSeconds(Pauses[_random.Next(Pauses.Length)]), cancellation);
        }

        foreach (var vendor in (SimClient[])[left, right]) await vendor.SetFaultsAsync([], cancellation);
    }

    /// <summary>What the records that were made on one side are called on the other.</summary>
    public async Task LearnIdsAsync(CancellationToken cancellation)
    {
        foreach (var kind in WalkedKind.All)
        {
            foreach (var link in await flow.LinksAsync(kind, cancellation))
            {
                var (leftId, rightId) = (Text(link, "leftId"), Text(link, "rightId"));
                if (leftId is null || rightId is null) continue;
                var record = Records.Find(record => record.Kind == kind && (record.LeftId == leftId || record.RightId == rightId));
                if (record is not null) (record.LeftId, record.RightId) = (record.LeftId ?? leftId, record.RightId ?? rightId);
            }
        }
    }

    private async Task StepAsync(CancellationToken cancellation)
    {
        var dice = _random.NextDouble();
        if (dice < 0.15 || Records.Count == 0) await CreateAsync(WalkedKind.Company, cancellation);
        else if (dice < 0.25) await CreateAsync(WalkedKind.Contact, cancellation);
        else if (dice < 0.38) await CreateAsync(WalkedKind.Project, cancellation);
        else if (dice < 0.80) await EditAsync(Any(), AnyField, bothSides: false, cancellation);
        else if (dice < 0.86) await EditAsync(Any(), AnyField, bothSides: true, cancellation);
        else if (dice < 0.91) await ArchiveAsync(Any(), cancellation);
        else if (dice < 0.915) await DeleteAsync(Any(), cancellation);
        else if (dice < 0.925) await UnlinkAsync(Any(), cancellation);
        else await LearnIdsAsync(cancellation);
    }

    private async Task CreateAsync(WalkedKind kind, CancellationToken cancellation)
    {
        var onLeft = _random.Next(2) == 0;
        var companies = Records.FindAll(record => record.Kind == WalkedKind.Company && record is { Deleted: false, Archived: false, Unlinked: false } && record.IdOn(onLeft) is not null);
        if (kind == WalkedKind.Contact && companies.Count == 0) return;
        var record = new WalkedRecord(kind, onLeft, ++_number) { Company = kind == WalkedKind.Contact ? companies[_random.Next(companies.Count)] : null };
        var body = new JsonObject();
        foreach (var field in kind.Fields)
        {
            if (field.Name is not ("name" or "firstName" or "lastName" or "email") && _random.Next(2) == 0) continue;
            var value = WalkedKind.Value(field, ++_number);
            Put(body, onLeft ? field.Left : field.Right, value);
            record.Edits[field].Add(new WalkedEdit(onLeft, value));
        }

        if (record.Company is { } company) body[onLeft ? "companyId" : "primary_company"] = long.Parse(company.IdOn(onLeft)!);
        if (kind == WalkedKind.Project) body["number"] = $"W-{record.Number}";
        record.SetId(onLeft, (await Vendor(onLeft).CreateAsync(KindOn(kind, onLeft), body, cancellation)).GetProperty("id").ToString());
        Records.Add(record);
    }

    private async Task EditAsync(WalkedRecord record, Func<WalkedKind, WalkedField> choose, bool bothSides, CancellationToken cancellation)
    {
        var field = choose(record.Kind);
        foreach (var onLeft in bothSides ? [true, false] : new[] { AnySide(record) })
        {
            if (record.IdOn(onLeft) is not { } id) continue;
            var value = WalkedKind.Value(field, ++_number);
            var path = onLeft ? field.Left : field.Right;
            var body = new JsonObject();
            Put(body, path, value);
            if (await DoAsync(() => Vendor(onLeft).UpdateAsync(KindOn(record.Kind, onLeft), id, body, cancellation))) record.Edits[field].Add(new WalkedEdit(onLeft, value));
        }
    }

    private async Task ArchiveAsync(WalkedRecord record, CancellationToken cancellation)
    {
        var onLeft = AnySide(record);
        var (kind, id) = (KindOn(record.Kind, onLeft), record.IdOn(onLeft)!);
        record.Archived |= _random.Next(2) == 0
            ? await DoAsync(() => Vendor(onLeft).ArchiveAsync(kind, id, cancellation))
            : await DoAsync(() => Vendor(onLeft).RestoreAsync(kind, id, cancellation)) && record.Archived;
    }

    private async Task DeleteAsync(WalkedRecord record, CancellationToken cancellation)
    {
        // A company takes its people along, which would be many deletions at once.
        if (record.Kind == WalkedKind.Company) return;
        var onLeft = AnySide(record);
        record.Deleted |= await DoAsync(() => Vendor(onLeft).DeleteAsync(KindOn(record.Kind, onLeft), record.IdOn(onLeft)!, cancellation));
    }

    private async Task UnlinkAsync(WalkedRecord record, CancellationToken cancellation)
    {
        var link = (await flow.LinksAsync(record.Kind, cancellation)).Find(link => Text(link, "leftId") == record.LeftId && Text(link, "rightId") == record.RightId);
        if (link.ValueKind == JsonValueKind.Object) record.Unlinked |= await flow.UnlinkAsync(record.Kind, link.GetProperty("id").GetString()!, cancellation);
    }

    private async Task FailAsync(CancellationToken cancellation)
    {
        var rule = new JsonObject
        {
            ["kind"] = FaultKinds[_random.Next(FaultKinds.Length)],
            ["count"] = _random.Next(1, 7),
            ["probability"] = Math.Round(0.3 + (0.7 * _random.NextDouble()), 2),
            ["seed"] = _random.Next(1, 10_000),
            ["retryAfter"] = 1,
        };
        await Vendor(_random.Next(2) == 0).SetFaultsAsync([rule], cancellation);
        Faults++;
    }

    private void Kill()
    {
        try
        {
            using var app = Process.GetProcessById(stack.State.Processes.App);
            app.Kill();
            Kills++;
        }
        catch (ArgumentException)
        {
            // Dead already, and not started again yet.
        }
    }

    /// <summary>False where the record is not there any more, on this side.</summary>
    private static async Task<bool> DoAsync(Func<Task> act)
    {
        try
        {
            await act();
            return true;
        }
        catch (UpFailure)
        {
            return false;
        }
    }

    private WalkedRecord Any() => Records[_random.Next(Records.Count)];

    private WalkedField AnyField(WalkedKind kind) => kind.Fields[_random.Next(kind.Fields.Length)];

    private bool AnySide(WalkedRecord record) => record.RightId is null || (record.LeftId is not null && _random.Next(2) == 0);

    private SimClient Vendor(bool onLeft) => onLeft ? left : right;

    private static string KindOn(WalkedKind kind, bool onLeft) => onLeft ? kind.Left : kind.Right;

    private static string? Text(JsonElement item, string name) => item.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value.ToString() : null;

    private static void Put(JsonObject body, string path, string value)
    {
        var parts = path.Split('.');
        foreach (var part in parts[..^1]) body = (JsonObject)(body[part] ??= new JsonObject());
        body[parts[^1]] = value;
    }
}
