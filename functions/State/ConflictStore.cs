using System.Text.Json;
using Azure.Data.Tables;
using SyncFunctions.Engine;

namespace SyncFunctions.State;

/// <summary>The conflicts of a flow, with the values that lost, so that a person can take them back.</summary>
public sealed class ConflictStore(StateTables tables)
{
    /// <summary>A longer value is kept in a blob.</summary>
    public const int LongestInRow = 32 * 1024;

    /// <summary>Keeps these conflicts; one that is kept already stays as it is.</summary>
    public async Task AppendAsync(FlowKey flow, IReadOnlyList<Conflict> conflicts, CancellationToken cancellation)
    {
        foreach (var conflict in conflicts)
        {
            foreach (var side in Sides.Both) await KeepLongAsync(flow, conflict, side, cancellation);
            var pointer = Row.New(Keys.Flow(flow), Keys.ConflictTime(conflict.At, conflict.Id))
                .Put("Id", conflict.Id.Value)
                .Put("Kind", conflict.Kind)
                .Put("Field", conflict.Field)
                .Put("Link", conflict.Link?.Value);
            await tables.Conflicts.TrySubmitAsync(
                [new(TableTransactionActionType.Add, ToRow(flow, conflict)), new(TableTransactionActionType.Add, pointer)], cancellation);
        }
    }

    public async Task<Versioned<Conflict>?> GetAsync(FlowKey flow, ConflictId conflict, CancellationToken cancellation) =>
        await tables.Conflicts.GetAsync(Keys.Flow(flow), Keys.Conflict(conflict), cancellation) is { } row
            ? new Versioned<Conflict>(await FromRowAsync(flow, row, cancellation), row.ETag)
            : null;

    /// <returns>Whether this call marked it; false where somebody else changed it meanwhile.</returns>
    public async Task<bool> MarkAsync(FlowKey flow, Versioned<Conflict> conflict, CancellationToken cancellation) =>
        await tables.Conflicts.ReplaceAsync(ToRow(flow, conflict.Value), conflict.ETag, cancellation) is not null;

    /// <summary>The newest first.</summary>
    public async Task<Page<Conflict>> ListAsync(FlowKey flow, ConflictFilter filter, string? continuation, int max, CancellationToken cancellation)
    {
        var pointers = await tables.Conflicts.PageAsync(Keys.Flow(flow), Keys.ConflictTimes, Condition(filter), continuation, max, cancellation);
        var ids = pointers.Items.Select(row => new ConflictId(row.Text("Id"))).ToList();
        var rows = (await tables.Conflicts.FindAsync(Keys.Flow(flow), ids.Select(Keys.Conflict), cancellation)).ToDictionary(row => row.Text("Id"));
        var conflicts = new List<Conflict>();
        foreach (var id in ids)
        {
            if (rows.TryGetValue(id.Value, out var row)) conflicts.Add(await FromRowAsync(flow, row, cancellation));
        }

        return new(conflicts, pointers.Continuation);
    }

    /// <summary>How many of the newest conflicts since then nobody has taken back; after <paramref name="most"/> it looks no further.</summary>
    public async Task<int> CountOpenAsync(FlowKey flow, DateTimeOffset since, int most, CancellationToken cancellation)
    {
        var filter = Filter.And(Filter.Partition(Keys.Flow(flow)), Filter.In(Keys.ConflictsSince(since)));
        var pointers = await tables.Conflicts.ListAsync(filter, most, cancellation);
        var rows = await tables.Conflicts.FindAsync(Keys.Flow(flow), pointers.Select(row => Keys.Conflict(new ConflictId(row.Text("Id")))), cancellation);
        return rows.Count(row => row.TimeOrNull("RestoredAt") is null);
    }

    /// <summary>Takes away what is older, long values included.</summary>
    /// <returns>How many conflicts.</returns>
    public async Task<int> RemoveBeforeAsync(FlowKey flow, DateTimeOffset before, CancellationToken cancellation)
    {
        var removed = 0;
        var filter = Filter.And(Filter.Partition(Keys.Flow(flow)), Filter.In(Keys.RunsOlderThan(before)));
        await foreach (var pointer in tables.Conflicts.QueryAsync(filter, null, cancellation))
        {
            var id = new ConflictId(pointer.Text("Id"));
            foreach (var side in Sides.Both) await tables.ConflictValues.GetBlobClient(Keys.ConflictValue(flow, id, side)).DeleteIfExistsAsync(cancellationToken: cancellation);
            if (await tables.Conflicts.GetAsync(Keys.Flow(flow), Keys.Conflict(id), cancellation) is { } row) await tables.Conflicts.DeleteAsync(row.PartitionKey, row.RowKey, row.ETag, cancellation);

            // The pointer last: a conflict without one would never be found again.
            if (await tables.Conflicts.DeleteAsync(pointer.PartitionKey, pointer.RowKey, pointer.ETag, cancellation)) removed++;
        }

        return removed;
    }

    private static string? Condition(ConflictFilter filter)
    {
        var conditions = new List<string>();
        if (filter.Kind is { } kind) conditions.Add(Filter.Where($"Kind eq {kind}"));
        if (filter.Field is { } field) conditions.Add(Filter.Where($"Field eq {field}"));
        if (filter.Link?.Value is { } link) conditions.Add(Filter.Where($"Link eq {link}"));
        return conditions.Count == 0 ? null : Filter.And(conditions);
    }

    private async Task KeepLongAsync(FlowKey flow, Conflict conflict, Side side, CancellationToken cancellation)
    {
        if (Bytes(ValueOn(conflict, side)) is not { Length: > LongestInRow } bytes) return;
        await tables.ConflictValues.GetBlobClient(Keys.ConflictValue(flow, conflict.Id, side)).UploadAsync(BinaryData.FromBytes(bytes), overwrite: true, cancellation);
    }

    private static TableEntity ToRow(FlowKey flow, Conflict conflict)
    {
        var row = Row.New(Keys.Flow(flow), Keys.Conflict(conflict.Id))
            .Put("Id", conflict.Id.Value)
            .Put("At", conflict.At)
            .Put("Kind", conflict.Kind)
            .Put("Field", conflict.Field)
            .Put<Side>("Winner", conflict.Winner)
            .Put("Rule", conflict.Rule)
            .Put("Link", conflict.Link?.Value)
            .PutId("LeftId", conflict.LeftId)
            .PutId("RightId", conflict.RightId)
            .PutClipped("Label", conflict.Label, 500)
            .Put("Run", conflict.Run?.Value)
            .Put("RestoredAt", conflict.RestoredAt)
            .PutClipped("RestoredBy", conflict.RestoredBy, 500);
        foreach (var side in Sides.Both)
        {
            var bytes = Bytes(ValueOn(conflict, side));
            if (bytes.Length <= LongestInRow) row.PutBytes(side.ToString(), bytes);
        }

        return row;
    }

    private async Task<Conflict> FromRowAsync(FlowKey flow, TableEntity row, CancellationToken cancellation)
    {
        var id = new ConflictId(row.Text("Id"));
        return new Conflict(id, row.Time("At"), row.Text("Kind"), row.Text("Field"), row.Enum<Side>("Winner"), await ValueAsync(Side.Left), await ValueAsync(Side.Right))
        {
            Link = row.GetString("Link") is { } link ? new LinkId(link) : null,
            LeftId = row.IdOrNull("LeftId"),
            RightId = row.IdOrNull("RightId"),
            Rule = row.EnumOrNull<ConflictRule>("Rule"),
            Label = row.Text("Label"),
            Run = row.GetString("Run") is { } run ? new RunId(run) : null,
            RestoredAt = row.TimeOrNull("RestoredAt"),
            RestoredBy = row.GetString("RestoredBy"),
        };

        async Task<FieldValue> ValueAsync(Side side)
        {
            var bytes = row.Bytes(side.ToString())
                ?? (await tables.ConflictValues.GetBlobClient(Keys.ConflictValue(flow, id, side)).DownloadContentAsync(cancellation)).Value.Content.ToArray();
            return JsonSerializer.Deserialize<FieldValue>(bytes, StateJson.Options) ?? FieldValue.None;
        }
    }

    private static FieldValue ValueOn(Conflict conflict, Side side) => side == Side.Left ? conflict.Left : conflict.Right;

    private static byte[] Bytes(FieldValue value) => JsonSerializer.SerializeToUtf8Bytes(value, StateJson.Options);
}
