using System.Globalization;
using System.Text;
using System.Text.Json;

namespace SyncFunctions.Tests.Support;

/// <summary>The table service: rows by their keys, one version each, transactions that do all or nothing.</summary>
internal sealed class MemoryTables(TimeProvider time)
{
    private const int PageSize = 1000;
    private const int MostOperations = 100;
    private const int MostFilters = 1000;
    private const int LargestTransaction = 4 * 1024 * 1024;
    private const string NewLine = "\r\n";

    private readonly Dictionary<string, SortedList<string, MemoryPartition>> _tables = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, ODataFilter> _filters = [];
    private long _versions;

    public MemoryAnswer Answer(MemoryCall call)
    {
        if (call.Path == "Tables") return CreateTable(call);
        if (call.Path == "$batch") return Transact(call);
        if (TableAddress.Parse(call.Path) is { Keys: { } keys } address)
        {
            var operation = new Operation(call.Method, address.Table, keys, call.Body, call.IfMatch);
            return call.Method == "GET" ? Get(operation) : Refusal(operation) ?? Apply(operation);
        }

        var table = call.Path.TrimEnd('(', ')');
        return call.Method == "GET" ? Query(table, call) : Insert(table, call);
    }

    private MemoryAnswer CreateTable(MemoryCall call)
    {
        using var body = JsonDocument.Parse(call.Body);
        return _tables.TryAdd(body.RootElement.GetProperty("TableName").GetString()!, new SortedList<string, MemoryPartition>(StringComparer.Ordinal))
            ? new MemoryAnswer(204)
            : Error(409, "TableAlreadyExists");
    }

    private MemoryAnswer Insert(string table, MemoryCall call)
    {
        var operation = new Operation("POST", table, TableAddress.KeysOf(call.Body), call.Body, null);
        return Refusal(operation) ?? Apply(operation);
    }

    private MemoryAnswer Get(Operation operation)
    {
        if (!_tables.TryGetValue(operation.Table, out var partitions)) return Error(404, "TableNotFound");
        if (Find(partitions, operation.Keys) is not { } row) return Error(404, "ResourceNotFound");
        return new MemoryAnswer(200, row.Shown, ("ETag", row.ETag));
    }

    private MemoryAnswer Query(string table, MemoryCall call)
    {
        if (!_tables.TryGetValue(table, out var partitions)) return Error(404, "TableNotFound");
        var filter = FilterOf(call.Query("$filter") ?? "");
        var size = call.Query("$top") is { } top ? Math.Min(PageSize, int.Parse(top, CultureInfo.InvariantCulture)) : PageSize;
        var from = call.Query("NextPartitionKey") is { } next ? new RowKeys(Decoded(next), Decoded(call.Query("NextRowKey")!)) : new RowKeys("", "");
        var found = Scan(partitions, filter, from).Where(filter.Matches).Take(size + 1).ToList();
        var body = PageOf(found[..Math.Min(size, found.Count)]);
        return found.Count <= size
            ? new MemoryAnswer(200, body)
            : new MemoryAnswer(
                200, body, ("x-ms-continuation-NextPartitionKey", Encoded(found[size].Partition)), ("x-ms-continuation-NextRowKey", Encoded(found[size].Key)));
    }

    private static byte[] PageOf(List<MemoryRow> rows)
    {
        var head = "{\"value\":["u8;
        var tail = "]}"u8;
        var body = new byte[head.Length + rows.Sum(row => row.Shown.Length + 1) - (rows.Count > 0 ? 1 : 0) + tail.Length];
        head.CopyTo(body);
        var at = head.Length;
        foreach (var row in rows)
        {
            if (at > head.Length) body[at++] = (byte)',';
            row.Shown.CopyTo(body, at);
            at += row.Shown.Length;
        }

        tail.CopyTo(body.AsSpan(at));
        return body;
    }

    /// <summary>Polls ask the same again and again.</summary>
    private ODataFilter FilterOf(string text)
    {
        if (_filters.TryGetValue(text, out var known)) return known;
        if (_filters.Count == MostFilters) _filters.Clear();
        return _filters[text] = ODataFilter.Parse(text);
    }

    private static IEnumerable<MemoryRow> Scan(SortedList<string, MemoryPartition> partitions, ODataFilter filter, RowKeys from)
    {
        foreach (var (first, last) in filter.Partitions.Spans)
        {
            var start = string.CompareOrdinal(first, from.Partition) > 0 ? first : from.Partition;
            for (var at = LowerBound(partitions.Keys, start); at < partitions.Count && (last is null || string.CompareOrdinal(partitions.Keys[at], last) <= 0); at++)
            {
                var rows = partitions.Values[at].From(partitions.Keys[at] == from.Partition ? from.Row : "", filter.Rows);
                foreach (var row in rows) yield return row;
            }
        }
    }

    private static int LowerBound(IList<string> keys, string key)
    {
        var (low, high) = (0, keys.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (string.CompareOrdinal(keys[middle], key) < 0) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    private MemoryAnswer Transact(MemoryCall call)
    {
        if (call.Body.Length > LargestTransaction) return Error(413, "RequestBodyTooLarge");
        var operations = OperationsOf(call.Body);
        if (operations.Count > MostOperations || operations.DistinctBy(operation => operation.Keys).Count() != operations.Count) return Error(400, "InvalidInput");

        // Each row is named once, so that one look before is enough for all or nothing.
        for (var i = 0; i < operations.Count; i++)
        {
            if (Refusal(operations[i]) is { } refusal) return Multipart([refusal with { Body = ErrorBody(refusal.Headers[0].Value, $"{i}:refused") }]);
        }

        return Multipart([.. operations.Select(Apply)]);
    }

    private MemoryAnswer? Refusal(Operation operation)
    {
        if (!_tables.TryGetValue(operation.Table, out var partitions)) return Error(404, "TableNotFound");
        var row = Find(partitions, operation.Keys);
        return operation switch
        {
            { Method: "POST" } => row is not null ? Error(409, "EntityAlreadyExists") : null,
            { Method: "PUT", IfMatch: null } => null,
            { Method: "PUT" or "DELETE" } when row is null => Error(404, "ResourceNotFound"),
            { Method: "PUT" or "DELETE" } => operation.IfMatch is "*" || operation.IfMatch == row!.ETag ? null : Error(412, "UpdateConditionNotSatisfied"),
            _ => throw new NotSupportedException($"Rows in memory know no {operation.Method}."),
        };
    }

    private MemoryAnswer Apply(Operation operation)
    {
        var (keys, partitions) = (operation.Keys, _tables[operation.Table]);
        if (operation.Method == "DELETE")
        {
            partitions[keys.Partition].Remove(keys.Row);
            if (partitions[keys.Partition].IsEmpty) partitions.Remove(keys.Partition);
            return new MemoryAnswer(204);
        }

        if (!partitions.TryGetValue(keys.Partition, out var partition)) partitions.Add(keys.Partition, partition = new MemoryPartition());
        var row = new MemoryRow(keys.Partition, keys.Row, ++_versions, time.GetUtcNow(), operation.Body);
        partition.Put(row);
        return new MemoryAnswer(204, null, ("ETag", row.ETag));
    }

    private static MemoryRow? Find(SortedList<string, MemoryPartition> partitions, RowKeys keys) =>
        partitions.TryGetValue(keys.Partition, out var partition) ? partition.Find(keys.Row) : null;

    private static MemoryAnswer Error(int status, string code) =>
        new(status, ErrorBody(code, code), ("x-ms-error-code", code), ("Content-Type", "application/json"));

    private static byte[] ErrorBody(string code, string message) =>
        Encoding.UTF8.GetBytes($"{{\"odata.error\":{{\"code\":\"{code}\",\"message\":{{\"lang\":\"en-us\",\"value\":\"{message}\"}}}}}}");

    private static MemoryAnswer Multipart(IReadOnlyList<MemoryAnswer> parts)
    {
        var text = new StringBuilder();
        foreach (var part in parts)
        {
            text.Append("--changeset").Append(NewLine).Append("Content-Type: application/http").Append(NewLine).Append(NewLine);
            text.Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {part.Status} -").Append(NewLine);
            foreach (var (name, value) in part.Headers) text.Append(name).Append(": ").Append(value).Append(NewLine);
            text.Append(NewLine).Append(part.Body is null ? "" : Encoding.UTF8.GetString(part.Body)).Append(NewLine);
        }

        return new MemoryAnswer(202, Encoding.UTF8.GetBytes(text.Append("--changeset--").ToString()));
    }

    /// <summary>The operations of a transaction: each a request line, its headers, an empty line and a body of one line.</summary>
    private static List<Operation> OperationsOf(byte[] multipart)
    {
        var operations = new List<Operation>();
        var at = 0;
        while (at < multipart.Length)
        {
            var line = LineAt(multipart, ref at);
            if (!line.EndsWith(" HTTP/1.1"u8)) continue;
            var request = Encoding.UTF8.GetString(line).Split(' ');
            string? match = null;
            for (var header = LineAt(multipart, ref at); header.Length > 0; header = LineAt(multipart, ref at))
            {
                if (header.StartsWith("If-Match: "u8)) match = Encoding.UTF8.GetString(header["If-Match: ".Length..]);
            }

            var body = request[0] == "DELETE" ? [] : LineAt(multipart, ref at).ToArray();
            var address = TableAddress.Parse(MemoryCall.PathOf(request[1][request[1].IndexOf('/', "https://".Length)..]));
            operations.Add(new Operation(request[0], address.Table, address.Keys ?? TableAddress.KeysOf(body), body, match));
        }

        return operations;
    }

    private static ReadOnlySpan<byte> LineAt(byte[] text, ref int at)
    {
        var rest = text.AsSpan(at);
        var end = rest.IndexOf("\r\n"u8);
        at += end < 0 ? rest.Length : end + 2;
        return end < 0 ? rest : rest[..end];
    }

    private static string Encoded(string key) => Convert.ToHexString(Encoding.Unicode.GetBytes(key)) is { Length: > 0 } hex ? hex : "-";

    private static string Decoded(string token) => token == "-" ? "" : Encoding.Unicode.GetString(Convert.FromHexString(token));

    private sealed record Operation(string Method, string Table, RowKeys Keys, byte[] Body, string? IfMatch);
}
