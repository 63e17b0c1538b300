using System.Text.Json;
using SyncFunctions.Up;

namespace SyncFunctions.Benchmarks;

/// <summary>Compares both vendors with what the users did: by values alone, with no knowledge of how the app decides.</summary>
internal sealed class WalkCheck(IReadOnlyList<WalkedRecord> records, WalkedFlow flow, SimClient left, SimClient right)
{
    private readonly List<string> _losses = [];

    public int Conflicts { get; private set; }

    public int Compared { get; private set; }

    public async Task<IReadOnlyList<string>> RunAsync(CancellationToken cancellation)
    {
        var conflicts = await flow.ConflictsAsync(cancellation);
        Conflicts = conflicts.Count;
        var lost = conflicts.SelectMany(conflict => new[] { "left", "right" }.Select(side => conflict.GetProperty("values").GetProperty(side).GetString()!.ToLowerInvariant())).ToHashSet();
        foreach (var record in records.Where(record => record is { Deleted: false, Unlinked: false })) await CheckAsync(record, lost, cancellation);
        foreach (var kind in WalkedKind.All)
        {
            await CheckDoublesAsync(kind, left, kind.Left, field => field.Left, cancellation);
            await CheckDoublesAsync(kind, right, kind.Right, field => field.Right, cancellation);
        }

        return _losses;
    }

    private async Task CheckAsync(WalkedRecord record, HashSet<string> lost, CancellationToken cancellation)
    {
        if (record.LeftId is null || record.RightId is null)
        {
            // Not created while archived, nor towards the left while its company is not there.
            if (!record.Archived && !(record is { MadeOnLeft: false, Company: { LeftId: null } or { Deleted: true } or { Unlinked: true } })) _losses.Add($"{record} was never linked.");
            return;
        }

        if (await FindAsync(left, record.Kind.Left, record.LeftId, cancellation) is not { } onLeft || await FindAsync(right, record.Kind.Right, record.RightId, cancellation) is not { } onRight)
        {
            _losses.Add($"{record} vanished though nobody deleted it.");
            return;
        }

        foreach (var field in record.Kind.Fields) Check(record, field, Value(onLeft, field.Left, field), Value(onRight, field.Right, field), lost);
        var alive = (Left: Find(onLeft, "isActive")?.GetBoolean() != false, Right: Find(onRight, "record_status")?.ToString() != "archived");
        if (alive.Left != alive.Right) _losses.Add($"{record} is {(alive.Left ? "active" : "archived")} on the left only.");
    }

    private void Check(WalkedRecord record, WalkedField field, string onLeft, string onRight, HashSet<string> lost)
    {
        Compared++;
        var edits = record.Edits[field];
        if (onLeft != onRight)
        {
            _losses.Add($"{record}: {field.Name} is '{onLeft}' on the left and '{onRight}' on the right.");
            return;
        }

        if (edits.Count == 0) return;
        var lastOfEach = new[] { edits.FindLast(edit => edit.OnLeft), edits.FindLast(edit => !edit.OnLeft) }.OfType<WalkedEdit>().Select(edit => edit.Value.ToLowerInvariant()).ToList();
        var last = edits[^1].Value.ToLowerInvariant();
        if (!lastOfEach.Contains(onLeft)) _losses.Add($"{record}: {field.Name} is '{onLeft}', which is nobody's last edit ({string.Join(", ", lastOfEach)}).");
        else if (onLeft != last && !lost.Contains(last)) _losses.Add($"{record}: {field.Name} is '{onLeft}'; the last edit '{last}' is lost without a conflict in the log.");
    }

    private async Task CheckDoublesAsync(WalkedKind kind, SimClient vendor, string vendorKind, Func<WalkedField, string> nameOf, CancellationToken cancellation)
    {
        // The first field in which each record of the walk has a value of its own.
        var field = kind.Fields.First(field => field.Name is "name" or "email");
        var values = (await vendor.ListAsync(vendorKind, cancellation)).Select(item => Value(item, nameOf(field), field)).Where(value => value.Length > 0);
        _losses.AddRange(values.CountBy(value => value).Where(count => count.Value > 1).Select(count => $"There are {count.Value} {vendorKind} with the {field.Name} '{count.Key}'."));
    }

    private static async Task<JsonElement?> FindAsync(SimClient vendor, string kind, string id, CancellationToken cancellation)
    {
        try
        {
            return await vendor.GetAsync(kind, id, cancellation);
        }
        catch (UpFailure)
        {
            return null;
        }
    }

    private static string Value(JsonElement record, string path, WalkedField field)
    {
        var text = Find(record, path)?.ToString() ?? "";
        return (field.Name == "startDate" && text.Length > 10 ? text[..10] : text).ToLowerInvariant();
    }

    private static JsonElement? Find(JsonElement record, string path)
    {
        foreach (var part in path.Split('.'))
        {
            if (record.ValueKind != JsonValueKind.Object || !record.TryGetProperty(part, out var inner)) return null;
            record = inner;
        }

        return record;
    }
}
