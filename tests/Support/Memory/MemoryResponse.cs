using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Azure;
using Azure.Core;

namespace SyncFunctions.Tests.Support;

/// <summary>An answer of <see cref="MemoryStorage"/> as the client reads it.</summary>
internal sealed class MemoryResponse : Response
{
    private readonly MemoryAnswer _answer;

    public MemoryResponse(MemoryAnswer answer, string clientRequestId)
    {
        _answer = answer;
        ClientRequestId = clientRequestId;
        var body = answer.Body ?? [];
        ContentStream = new MemoryStream(body, 0, body.Length, writable: false, publiclyVisible: true);
    }

    /// <summary>By the service's clock.</summary>
    public DateTimeOffset? At { get; init; }

    public override int Status => _answer.Status;

    public override string ReasonPhrase => "";

    public override Stream? ContentStream { get; set; }

    public override string ClientRequestId { get; set; }

    public override void Dispose()
    {
    }

    protected override bool ContainsHeader(string name) => TryGetHeader(name, out _);

    protected override IEnumerable<HttpHeader> EnumerateHeaders() => _answer.Headers.Select(header => new HttpHeader(header.Name, header.Value));

    protected override bool TryGetHeader(string name, [NotNullWhen(true)] out string? value)
    {
        value = At is { } at && name == "Date" ? at.ToString("r", CultureInfo.InvariantCulture) : _answer.Headers.FirstOrDefault(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
        return value is not null;
    }

    protected override bool TryGetHeaderValues(string name, [NotNullWhen(true)] out IEnumerable<string>? values)
    {
        values = TryGetHeader(name, out var value) ? [value] : null;
        return values is not null;
    }
}
