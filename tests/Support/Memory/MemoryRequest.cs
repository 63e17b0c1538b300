using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Azure.Core;

namespace SyncFunctions.Tests.Support;

/// <summary>A request as the client makes it: what is to be sent over a network needs more.</summary>
internal sealed class MemoryRequest : Request
{
    private static long _made;

    private readonly List<HttpHeader> _headers = [];
    private string? _id;

    public override string ClientRequestId
    {
        get => _id ??= Interlocked.Increment(ref _made).ToString(CultureInfo.InvariantCulture);
        set => _id = value;
    }

    public override void Dispose() => Content?.Dispose();

    protected override void SetHeader(string name, string value)
    {
        RemoveHeader(name);
        AddHeader(name, value);
    }

    protected override void AddHeader(string name, string value) => _headers.Add(new HttpHeader(name, value));

    protected override bool RemoveHeader(string name) => _headers.RemoveAll(header => Is(header, name)) > 0;

    protected override bool ContainsHeader(string name) => TryGetHeader(name, out _);

    protected override bool TryGetHeader(string name, [NotNullWhen(true)] out string? value)
    {
        foreach (var header in _headers)
        {
            if (!Is(header, name)) continue;
            value = header.Value;
            return true;
        }

        value = null;
        return false;
    }

    protected override bool TryGetHeaderValues(string name, [NotNullWhen(true)] out IEnumerable<string>? values)
    {
        values = TryGetHeader(name, out _) ? [.. _headers.Where(header => Is(header, name)).Select(header => header.Value)] : null;
        return values is not null;
    }

    protected override IEnumerable<HttpHeader> EnumerateHeaders() => _headers;

    private static bool Is(HttpHeader header, string name) => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase);
}
