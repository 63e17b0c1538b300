using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace SyncFunctions.Tests.Support;

/// <summary>The table service: rows by their keys, one version each, transactions that do all or nothing.</summary>
internal sealed partial class MemoryTables
{
    private const int PageSize = 1000;
    private const int MostOperations = 100;
    private const int LargestTransaction = 4 * 1024 * 1024;
    private const string NewLine = "\r\n";

    private static readonly Comparer<RowKeys> InOrder = Comparer<RowKeys>.Create(static (a, b) =>
        string.CompareOrdinal(a.Partition, b.Partition) is not 0 and var order ? order : string.CompareOrdinal(a.Row, b.Row));

    private readonly Dictionary<string, SortedDictionary<RowKeys, Row>> _tables = new(StringComparer.OrdinalIgnoreCase);
    private long _versions;

    public MemoryAnswer Answer(MemoryCall call)
    {
        if (call.Path == "Tables") return CreateTable(call);
        if (call.Path == "$batch") return Transact(call);
        if (EntityAddress().Match(call.Path) is { Success: true } address)
        {
            var operation = new Operation(call.Method, address.Groups["table"].Value, KeysOf(address), call.Body, call.IfMatch);
            return call.Method == "GET" ? Get(operation) : Refusal(operation) ?? Apply(operation);
        }

        var table = call.Path.TrimEnd('(', ')');
        return call.Method == "GET" ? Query(table, call) : Insert(table, call);
    }

    private MemoryAnswer CreateTable(MemoryCall call)
    {
        using var body = JsonDocument.Parse(call.Body);
        return _tables.TryAdd(body.RootElement.GetProperty("TableName").GetString()!, new SortedDictionary<RowKeys, Row>(InOrder))
            ? new MemoryAnswer(204)
            : Error(409, "TableAlreadyExists");
    }

    private MemoryAnswer Insert(string table, MemoryCall call)
    {
        var operation = new Operation("POST", table, KeysOf(call.Body), call.Body, null);
        return Refusal(operation) ?? Apply(operation);
    }

    private MemoryAnswer Get(Operation operation)
    {
        if (!_tables.TryGetValue(operation.Table, out var rows)) return Error(404, "TableNotFound");
        if (!rows.TryGetValue(operation.Keys, out var row)) return Error(404, "ResourceNotFound");
        return new MemoryAnswer(200, Json(json => Write(json, row)), ("ETag", row.ETag));
    }

    private MemoryAnswer Query(string table, MemoryCall call)
    {
        if (!_tables.TryGetValue(table, out var rows)) return Error(404, "TableNotFound");
        var filter = ODataFilter.Parse(call.Query("$filter"));
        var size = call.Query("$top") is { } top ? Math.Min(PageSize, int.Parse(top, CultureInfo.InvariantCulture)) : PageSize;
        var from = call.Query("NextPartitionKey") is { } next ? new RowKeys(Decoded(next), Decoded(call.Query("NextRowKey")!)) : default(RowKeys?);
        var found = rows.Where(row => (from is null || InOrder.Compare(row.Key, from.Value) >= 0) && filter.Matches(row.Value.Properties)).Take(size + 1).ToList();
        var body = Json(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("value");
            foreach (var (_, row) in found.Take(size)) Write(json, row);
            json.WriteEndArray();
            json.WriteEndObject();
        });
        return found.Count <= size
            ? new MemoryAnswer(200, body)
            : new MemoryAnswer(
                200, body, ("x-ms-continuation-NextPartitionKey", Encoded(found[size].Key.Partition)), ("x-ms-continuation-NextRowKey", Encoded(found[size].Key.Row)));
    }

    private MemoryAnswer Transact(MemoryCall call)
    {
        if (call.Body.Length > LargestTransaction) return Error(413, "RequestBodyTooLarge");
        var operations = OperationsOf(Encoding.UTF8.GetString(call.Body));
        if (operations.Count > MostOperations || operations.DistinctBy(operation => operation.Keys).Count() != operations.Count) return Error(400, "InvalidInput");

        // Each row is named once, so that one look before is enough for all or nothing.
        for (var i = 0; i < operations.Count; i++)
        {
            if (Refusal(operations[i]) is { } refusal) return Multipart([refusal with { Body = ErrorBody(refusal, $"{i}:refused") }]);
        }

        return Multipart([.. operations.Select(Apply)]);
    }

    private MemoryAnswer? Refusal(Operation operation)
    {
        if (!_tables.TryGetValue(operation.Table, out var rows)) return Error(404, "TableNotFound");
        var exists = rows.TryGetValue(operation.Keys, out var row);
        return operation switch
        {
            { Method: "POST" } => exists ? Error(409, "EntityAlreadyExists") : null,
            { Method: "PUT", IfMatch: null } => null,
            { Method: "PUT" or "DELETE" } when !exists => Error(404, "ResourceNotFound"),
            { Method: "PUT" or "DELETE" } => operation.IfMatch is "*" || operation.IfMatch == row!.ETag ? null : Error(412, "UpdateConditionNotSatisfied"),
            _ => throw new NotSupportedException($"Rows in memory know no {operation.Method}."),
        };
    }

    private MemoryAnswer Apply(Operation operation)
    {
        var rows = _tables[operation.Table];
        if (operation.Method == "DELETE")
        {
            rows.Remove(operation.Keys);
            return new MemoryAnswer(204);
        }

        using var body = JsonDocument.Parse(operation.Body);
        var row = rows[operation.Keys] = new Row($"W/\"{++_versions}\"", body.RootElement.Clone());
        return new MemoryAnswer(204, null, ("ETag", row.ETag));
    }

    private static void Write(Utf8JsonWriter json, Row row)
    {
        json.WriteStartObject();
        json.WriteString("odata.etag", row.ETag);
        foreach (var property in row.Properties.EnumerateObject()) property.WriteTo(json);
        json.WriteEndObject();
    }

    private static byte[] Json(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream)) write(json);
        return stream.ToArray();
    }

    private static MemoryAnswer Error(int status, string code) =>
        new(status, ErrorBody(code, code), ("x-ms-error-code", code), ("Content-Type", "application/json"));

    private static byte[] ErrorBody(MemoryAnswer error, string message) => ErrorBody(error.Headers[0].Value, message);

    private static byte[] ErrorBody(string code, string message) =>
        Json(json => JsonSerializer.Serialize(json, new Dictionary<string, object>
        {
            ["odata.error"] = new { code, message = new { lang = "en-us", value = message } },
        }));

    private static MemoryAnswer Multipart(IReadOnlyList<MemoryAnswer> parts)
    {
        var text = new StringBuilder();
        foreach (var part in parts)
        {
            text.Append($"--changeset{NewLine}Content-Type: application/http{NewLine}{NewLine}HTTP/1.1 {part.Status} -{NewLine}");
            foreach (var (name, value) in part.Headers) text.Append($"{name}: {value}{NewLine}");
            text.Append(NewLine).Append(part.Body is null ? "" : Encoding.UTF8.GetString(part.Body)).Append(NewLine);
        }

        return new MemoryAnswer(202, Encoding.UTF8.GetBytes(text.Append("--changeset--").ToString()));
    }

    private static List<Operation> OperationsOf(string multipart)
    {
        var operations = new List<Operation>();
        using var lines = new StringReader(multipart);
        while (lines.ReadLine() is { } line)
        {
            if (!line.EndsWith(" HTTP/1.1", StringComparison.Ordinal)) continue;
            var (method, uri) = line.Split(' ') is [var word, var address, _] ? (word, new Uri(address)) : throw new FormatException(line);
            string? match = null;
            while (lines.ReadLine() is { Length: > 0 } header)
            {
                if (header.StartsWith("If-Match: ", StringComparison.Ordinal)) match = header["If-Match: ".Length..];
            }

            var body = method == "DELETE" ? [] : Encoding.UTF8.GetBytes(lines.ReadLine()!);
            var path = new MemoryCall(method, uri, body, match).Path;
            var entity = EntityAddress().Match(path);
            operations.Add(entity.Success
                ? new Operation(method, entity.Groups["table"].Value, KeysOf(entity), body, match)
                : new Operation(method, path, KeysOf(body), body, match));
        }

        return operations;
    }

    private static RowKeys KeysOf(Match address) => new(Unquoted(address.Groups["partition"]), Unquoted(address.Groups["row"]));

    private static RowKeys KeysOf(byte[] entity)
    {
        using var json = JsonDocument.Parse(entity);
        return new RowKeys(json.RootElement.GetProperty("PartitionKey").GetString()!, json.RootElement.GetProperty("RowKey").GetString()!);
    }

    private static string Unquoted(Group literal) => literal.Value.Replace("''", "'", StringComparison.Ordinal);

    private static string Encoded(string key) => Convert.ToHexString(Encoding.Unicode.GetBytes(key)) is { Length: > 0 } hex ? hex : "-";

    private static string Decoded(string token) => token == "-" ? "" : Encoding.Unicode.GetString(Convert.FromHexString(token));

    [GeneratedRegex(@"^(?<table>\w+)\(PartitionKey='(?<partition>.*)',RowKey='(?<row>.*)'\)$", RegexOptions.ExplicitCapture | RegexOptions.Singleline, 1000)]
    private static partial Regex EntityAddress();

    private readonly record struct RowKeys(string Partition, string Row);

    private sealed record Row(string ETag, JsonElement Properties);

    private sealed record Operation(string Method, string Table, RowKeys Keys, byte[] Body, string? IfMatch);
}
