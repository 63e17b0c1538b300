using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Azure.Core;

namespace Azure.Data.Tables;

/// <summary>An entity group transaction: many operations in one multipart request, all of them done or none.</summary>
internal static class Transaction
{
    private const string NewLine = "\r\n";

    /// <exception cref="InvalidOperationException">There are no actions.</exception>
    public static HttpMessage Request(TableService service, string table, IEnumerable<TableTransactionAction> actions)
    {
        ArgumentNullException.ThrowIfNull(actions);
        var id = Guid.NewGuid();
        var body = new ArrayBufferWriter<byte>(4096);
        Write($"--batch_{id}\r\nContent-Type: multipart/mixed; boundary=changeset_{id}\r\n\r\n");
        var count = 0;
        foreach (var action in actions)
        {
            Write($"--changeset_{id}\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n");
            WriteOperation(action);
            count++;
        }

        if (count == 0)
            throw new InvalidOperationException("Transaction is empty.");
        Write($"--changeset_{id}--\r\n--batch_{id}--\r\n");

        var message = service.Request(RequestMethod.Post, service.TableAddress("$batch"), 202)
            .WithHeader("Content-Type", $"multipart/mixed; boundary=batch_{id}");
        message.Request.Content = RequestContent.Create(body.WrittenMemory);
        return message;

        void WriteOperation(TableTransactionAction action)
        {
            var entity = action.Entity;
            var isInsert = action.ActionType is TableTransactionActionType.Add;
            var address = isInsert
                ? service.TableAddress(table)
                : service.EntityAddress(table, entity.PartitionKey, entity.RowKey);
            Write($"{Method(action.ActionType)} {address} HTTP/1.1{NewLine}");
            Write($"Accept: {TableMediaType.Accepted}\r\nDataServiceVersion: 3.0{NewLine}");
            if (isInsert)
                Write($"Prefer: return-no-content{NewLine}");
            if (IfMatch(action) is { } etag)
                Write($"If-Match: {etag}{NewLine}");
            if (action.ActionType is TableTransactionActionType.Delete)
            {
                Write(NewLine);
            }
            else
            {
                Write($"Content-Type: {TableMediaType.Sent}\r\n\r\n");
                EntityJson.Write(entity, body);
            }

            Write(NewLine);
        }

        void Write(string text) => Encoding.UTF8.GetBytes(text, body);
    }

    /// <exception cref="TableTransactionFailedException">The service did none of it; the exception says which operation it refused.</exception>
    public static Response<IReadOnlyList<Response>> Parse(Response response)
    {
        var parts = TransactionPart.ReadAll(response);
        return parts.Find(part => part.IsError) is { } refused
            ? throw new TableTransactionFailedException(new RequestFailedException(refused, null, TableErrorParser.Instance))
            : Response.FromValue<IReadOnlyList<Response>>(parts, response);
    }

    private static string Method(TableTransactionActionType type) => type switch
    {
        TableTransactionActionType.Add => "POST",
        TableTransactionActionType.Delete => "DELETE",
        TableTransactionActionType.UpdateMerge or TableTransactionActionType.UpsertMerge => "PATCH",
        TableTransactionActionType.UpdateReplace or TableTransactionActionType.UpsertReplace => "PUT",
        _ => throw new InvalidOperationException($"Unknown transaction action {type}."),
    };

    // Without a condition the service inserts what it does not find; an update without an ETag therefore is an upsert.
    private static string? IfMatch(TableTransactionAction action) => action.ActionType switch
    {
        TableTransactionActionType.Delete => action.ETag == default ? ETag.All.ToString() : action.ETag.ToString(),
        TableTransactionActionType.UpdateMerge or TableTransactionActionType.UpdateReplace when action.ETag != default => action.ETag.ToString(),
        _ => null,
    };
}

/// <summary>What the service says of one operation of a transaction.</summary>
internal sealed class TransactionPart(int status, string reason, string clientRequestId) : Response
{
    private readonly List<HttpHeader> _headers = [];

    public override int Status => status;

    public override string ReasonPhrase => reason;

    public override bool IsError => status >= 400;

    public override Stream? ContentStream { get; set; }

    public override string ClientRequestId { get; set; } = clientRequestId;

    public static List<TransactionPart> ReadAll(Response response)
    {
        var parts = new List<TransactionPart>();
        using var lines = new StringReader(response.Content.ToString());
        while (lines.ReadLine() is { } line)
        {
            // "HTTP/1.1 204 No Content"
            if (line.Split(' ', 3) is [['H', 'T', 'T', 'P', '/', ..], var status, var reason])
            {
                var part = new TransactionPart(int.Parse(status, CultureInfo.InvariantCulture), reason, response.ClientRequestId);
                part.ReadHeaders(lines);
                part.ReadBody(lines);
                parts.Add(part);
            }
        }

        return parts;
    }

    public override void Dispose()
    {
    }

    protected override bool TryGetHeader(string name, [NotNullWhen(true)] out string? value)
    {
        value = _headers.Find(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
        return value is not null;
    }

    protected override bool TryGetHeaderValues(string name, [NotNullWhen(true)] out IEnumerable<string>? values)
    {
        values = TryGetHeader(name, out var value) ? [value] : null;
        return values is not null;
    }

    protected override bool ContainsHeader(string name) => TryGetHeader(name, out _);

    protected override IEnumerable<HttpHeader> EnumerateHeaders() => _headers;

    private void ReadHeaders(StringReader lines)
    {
        while (lines.ReadLine() is { Length: > 0 } line)
        {
            if (line.Split(':', 2, StringSplitOptions.TrimEntries) is [var name, var value])
                _headers.Add(new HttpHeader(name, value));
        }
    }

    // The body is one line of JSON; a boundary ends it.
    private void ReadBody(StringReader lines)
    {
        var body = new StringBuilder();
        while (lines.ReadLine() is { } line && !line.StartsWith("--", StringComparison.Ordinal))
            body.Append(line);
        var bytes = Encoding.UTF8.GetBytes(body.ToString());
        ContentStream = new MemoryStream(bytes, 0, bytes.Length, writable: false, publiclyVisible: true);
    }
}
